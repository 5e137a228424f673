#pragma once

#include "plan/changes/kind.hpp"

namespace onlan::plan {

struct RemoveNotrack;

// No connection tracking for what comes in through `bridge`: one rule in the table `inet onlan`.
struct AddNotrack {
    std::string bridge;
    std::string comment;

    static constexpr Kind kKind{.word = "add-notrack", .marked = true, .outlives_boot = true};
    [[nodiscard]] std::string describe() const;
    [[nodiscard]] Result<Commands> commands() const;
    [[nodiscard]] bool holds(const model::Host& host) const;
    void effect(const Place& at) const;
    [[nodiscard]] RemoveNotrack inverse() const;

    friend bool operator==(const AddNotrack&, const AddNotrack&) = default;
};

// The rules of that table with this comment, whatever bridge they are about.
struct RemoveNotrack {
    std::string bridge;
    std::string comment;

    static constexpr Kind kKind{.word = "remove-notrack"};
    [[nodiscard]] std::string describe() const;
    [[nodiscard]] Result<Commands> commands() const;
    [[nodiscard]] bool holds(const model::Host& host) const;
    void effect(const Place& at) const;
    [[nodiscard]] AddNotrack inverse() const;

    friend bool operator==(const RemoveNotrack&, const RemoveNotrack&) = default;
};

constexpr auto fields_of(const AddNotrack*)
{
    return std::tuple{model::field("bridge", &AddNotrack::bridge),
                      model::field("comment", &AddNotrack::comment)};
}

constexpr auto fields_of(const RemoveNotrack*)
{
    return std::tuple{model::field("bridge", &RemoveNotrack::bridge),
                      model::field("comment", &RemoveNotrack::comment)};
}

} // namespace onlan::plan
