#pragma once

#include "plan/changes/kind.hpp"

namespace onlan::plan {

// `ip rule` entries that name an interface: the same rule with another name.
struct ReplaceRule {
    model::Rule before;
    model::Rule after;

    static constexpr Kind kKind{.word = "replace-rule", .phase = Phase::policy_rules};
    [[nodiscard]] std::string describe() const;
    [[nodiscard]] Result<Commands> commands() const;
    [[nodiscard]] bool holds(const model::Host& host) const;
    void effect(const Place& at) const;
    [[nodiscard]] ReplaceRule inverse() const;
    [[nodiscard]] ReplaceRule essence() const;

    friend bool operator==(const ReplaceRule&, const ReplaceRule&) = default;
};

constexpr auto fields_of(const ReplaceRule*)
{
    return std::tuple{model::field("before", &ReplaceRule::before),
                      model::field("after", &ReplaceRule::after)};
}

} // namespace onlan::plan
