#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/snapshot.hpp"
#include "simulate/explain.hpp"
#include "simulate/target.hpp"
#include "simulate/world.hpp"

namespace onlan::simulate {

// A flow in a snapshot, ready to be walked. It holds the facts that the world refers to, with the
// machines out on the LAN that the flow speaks of.
class Question {
public:
    // `from` is WHO: "host", "container:web", "web", "netns:blue", "pid:7", "lan:192.168.1.9". An
    // error says which of the words is not known, and what is near it.
    [[nodiscard]] static Result<Question>
    pose(model::Snapshot snapshot, std::string_view from, const Target& to);

    // The same flow where `changed` stands in place of the namespace of its name: what would become
    // of it. Costs what is changed (World::with()).
    [[nodiscard]] Result<Question> with(model::Netns changed) const;

    [[nodiscard]] const World& world() const { return world_; }
    [[nodiscard]] const Flow& flow() const { return flow_; }

private:
    Question(std::vector<std::shared_ptr<const void>> facts, World world, Flow flow)
        : facts_(std::move(facts)), world_(std::move(world)), flow_(std::move(flow))
    {}

    std::vector<std::shared_ptr<const void>>
        facts_; // stay where they are: the world refers to them
    World world_;
    Flow flow_;
};

} // namespace onlan::simulate
