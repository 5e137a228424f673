#pragma once

#include "plan/changes/kind.hpp"

namespace onlan::plan {

struct RemoveDockerNetwork;

struct CreateDockerNetwork {
    model::DockerNetwork network;

    static constexpr Kind kKind{
        .word = "create-docker-network", .marked = true, .outlives_boot = true};
    [[nodiscard]] std::string describe() const;
    [[nodiscard]] Result<Commands> commands() const;
    [[nodiscard]] bool holds(const model::Host& host) const;
    void effect(const Place& at) const;
    [[nodiscard]] RemoveDockerNetwork inverse() const;
    [[nodiscard]] CreateDockerNetwork essence() const;

    friend bool operator==(const CreateDockerNetwork&, const CreateDockerNetwork&) = default;
};

// Only while it carries the same labels, and with it a bridge that Docker left behind.
struct RemoveDockerNetwork {
    model::DockerNetwork network;

    static constexpr Kind kKind{.word = "remove-docker-network"};
    [[nodiscard]] std::string describe() const;
    [[nodiscard]] Result<Commands> commands() const;
    [[nodiscard]] bool holds(const model::Host& host) const;
    void effect(const Place& at) const;
    [[nodiscard]] CreateDockerNetwork inverse() const;

    friend bool operator==(const RemoveDockerNetwork&, const RemoveDockerNetwork&) = default;
};

constexpr auto fields_of(const CreateDockerNetwork*)
{
    return std::tuple{model::field("network", &CreateDockerNetwork::network)};
}

constexpr auto fields_of(const RemoveDockerNetwork*)
{
    return std::tuple{model::field("network", &RemoveDockerNetwork::network)};
}

} // namespace onlan::plan
