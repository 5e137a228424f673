#pragma once

#include "plan/changes/kind.hpp"

namespace onlan::plan {

struct StopStp;

// Turns the spanning tree protocol of a bridge on.
struct StartStp {
    std::string bridge;

    static constexpr Kind kKind{.word = "start-stp"};
    [[nodiscard]] std::string describe() const;
    [[nodiscard]] Result<Commands> commands() const;
    [[nodiscard]] bool holds(const model::Host& host) const;
    void effect(const Place& at) const;
    [[nodiscard]] StopStp inverse() const;

    friend bool operator==(const StartStp&, const StartStp&) = default;
};

// If the bridge still exists.
struct StopStp {
    std::string bridge;

    static constexpr Kind kKind{.word = "stop-stp"};
    [[nodiscard]] std::string describe() const;
    [[nodiscard]] Result<Commands> commands() const;
    [[nodiscard]] bool holds(const model::Host& host) const;
    void effect(const Place& at) const;
    [[nodiscard]] StartStp inverse() const;

    friend bool operator==(const StopStp&, const StopStp&) = default;
};

constexpr auto fields_of(const StartStp*)
{
    return std::tuple{model::field("bridge", &StartStp::bridge)};
}

constexpr auto fields_of(const StopStp*)
{
    return std::tuple{model::field("bridge", &StopStp::bridge)};
}

} // namespace onlan::plan
