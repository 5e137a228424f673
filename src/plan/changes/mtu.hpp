#pragma once

#include "plan/changes/kind.hpp"

namespace onlan::plan {

struct RestoreMtu;

struct SetMtu {
    std::string link;
    std::uint32_t mtu = 0;
    std::uint32_t previous = 0;

    static constexpr Kind kKind{.word = "set-mtu"};
    [[nodiscard]] std::string describe() const;
    [[nodiscard]] Result<Commands> commands() const;
    [[nodiscard]] bool holds(const model::Host& host) const;
    void effect(const Place& at) const;
    [[nodiscard]] RestoreMtu inverse() const;
    [[nodiscard]] SetMtu essence() const;

    friend bool operator==(const SetMtu&, const SetMtu&) = default;
};

// If the link still exists.
struct RestoreMtu {
    std::string link;
    std::uint32_t mtu = 0;
    std::uint32_t previous = 0;

    static constexpr Kind kKind{.word = "restore-mtu"};
    [[nodiscard]] std::string describe() const;
    [[nodiscard]] Result<Commands> commands() const;
    [[nodiscard]] bool holds(const model::Host& host) const;
    void effect(const Place& at) const;
    [[nodiscard]] SetMtu inverse() const;

    friend bool operator==(const RestoreMtu&, const RestoreMtu&) = default;
};

constexpr auto fields_of(const SetMtu*)
{
    return std::tuple{model::field("link", &SetMtu::link), model::field("mtu", &SetMtu::mtu),
                      model::field("previous", &SetMtu::previous)};
}

constexpr auto fields_of(const RestoreMtu*)
{
    return std::tuple{model::field("link", &RestoreMtu::link),
                      model::field("mtu", &RestoreMtu::mtu),
                      model::field("previous", &RestoreMtu::previous)};
}

} // namespace onlan::plan
