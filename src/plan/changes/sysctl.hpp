#pragma once

#include "plan/changes/kind.hpp"

namespace onlan::plan {

struct RestoreSysctl;

struct SetSysctl {
    std::string name; // "net.ipv6.conf.on-lan137.disable_ipv6"
    std::string value;
    std::string previous;

    static constexpr Kind kKind{.word = "set-sysctl"};
    [[nodiscard]] std::string describe() const;
    [[nodiscard]] Result<Commands> commands() const;
    [[nodiscard]] bool holds(const model::Host& host) const;
    void effect(const Place& at) const;
    [[nodiscard]] RestoreSysctl inverse() const;
    [[nodiscard]] SetSysctl essence() const;

    friend bool operator==(const SetSysctl&, const SetSysctl&) = default;
};

// If the kernel still has it.
struct RestoreSysctl {
    std::string name;
    std::string value;
    std::string previous;

    static constexpr Kind kKind{.word = "restore-sysctl"};
    [[nodiscard]] std::string describe() const;
    [[nodiscard]] Result<Commands> commands() const;
    [[nodiscard]] bool holds(const model::Host& host) const;
    void effect(const Place& at) const;
    [[nodiscard]] SetSysctl inverse() const;

    friend bool operator==(const RestoreSysctl&, const RestoreSysctl&) = default;
};

constexpr auto fields_of(const SetSysctl*)
{
    return std::tuple{model::field("name", &SetSysctl::name, model::Tells::sysctl),
                      model::field("value", &SetSysctl::value),
                      model::field("previous", &SetSysctl::previous)};
}

constexpr auto fields_of(const RestoreSysctl*)
{
    return std::tuple{model::field("name", &RestoreSysctl::name, model::Tells::sysctl),
                      model::field("value", &RestoreSysctl::value),
                      model::field("previous", &RestoreSysctl::previous)};
}

} // namespace onlan::plan
