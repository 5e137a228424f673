#pragma once

#include "plan/changes/kind.hpp"

namespace onlan::plan {

struct SetDown;

struct SetUp {
    std::string link;

    static constexpr Kind kKind{.word = "set-up"};
    [[nodiscard]] std::string describe() const;
    [[nodiscard]] Result<Commands> commands() const;
    [[nodiscard]] bool holds(const model::Host& host) const;
    void effect(const Place& at) const;
    [[nodiscard]] SetDown inverse() const;

    friend bool operator==(const SetUp&, const SetUp&) = default;
};

// If it still exists.
struct SetDown {
    std::string link;

    static constexpr Kind kKind{.word = "set-down"};
    [[nodiscard]] std::string describe() const;
    [[nodiscard]] Result<Commands> commands() const;
    [[nodiscard]] bool holds(const model::Host& host) const;
    void effect(const Place& at) const;
    [[nodiscard]] SetUp inverse() const;

    friend bool operator==(const SetDown&, const SetDown&) = default;
};

constexpr auto fields_of(const SetUp*)
{
    return std::tuple{model::field("link", &SetUp::link)};
}

constexpr auto fields_of(const SetDown*)
{
    return std::tuple{model::field("link", &SetDown::link)};
}

} // namespace onlan::plan
