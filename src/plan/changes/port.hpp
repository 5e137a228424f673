#pragma once

#include "plan/changes/kind.hpp"

namespace onlan::plan {

struct ReleasePort;

// Makes `link` a port of the bridge `master`.
struct SetMaster {
    std::string link;
    std::string master;

    static constexpr Kind kKind{.word = "set-master"};
    [[nodiscard]] std::string describe() const;
    [[nodiscard]] Result<Commands> commands() const;
    [[nodiscard]] bool holds(const model::Host& host) const;
    void effect(const Place& at) const;
    [[nodiscard]] ReleasePort inverse() const;

    friend bool operator==(const SetMaster&, const SetMaster&) = default;
};

// Takes `link` out of `master`, if it is still there.
struct ReleasePort {
    std::string link;
    std::string master;

    static constexpr Kind kKind{.word = "release-port"};
    [[nodiscard]] std::string describe() const;
    [[nodiscard]] Result<Commands> commands() const;
    [[nodiscard]] bool holds(const model::Host& host) const;
    void effect(const Place& at) const;
    [[nodiscard]] SetMaster inverse() const;

    friend bool operator==(const ReleasePort&, const ReleasePort&) = default;
};

constexpr auto fields_of(const SetMaster*)
{
    return std::tuple{model::field("link", &SetMaster::link),
                      model::field("master", &SetMaster::master)};
}

constexpr auto fields_of(const ReleasePort*)
{
    return std::tuple{model::field("link", &ReleasePort::link),
                      model::field("master", &ReleasePort::master)};
}

} // namespace onlan::plan
