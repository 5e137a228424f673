#pragma once

#include <memory>
#include <string_view>

#include "base/result.hpp"
#include "model/snapshot.hpp"
#include "simulate/explain.hpp"
#include "simulate/target.hpp"
#include "simulate/world.hpp"

namespace onlan::simulate {

// A flow in a snapshot, ready to be walked. It holds the snapshot that the world refers to, with
// the machines out on the LAN that the flow speaks of.
class Question {
public:
    // `from` is WHO: "host", "container:web", "web", "netns:blue", "pid:7", "lan:192.168.1.9". An
    // error says which of the words is not known, and what is near it.
    [[nodiscard]] static Result<Question>
    pose(model::Snapshot snapshot, std::string_view from, const Target& to);

    [[nodiscard]] const World& world() const { return world_; }
    [[nodiscard]] const Flow& flow() const { return flow_; }

private:
    Question(std::unique_ptr<model::Snapshot> snapshot, World world, Flow flow)
        : snapshot_(std::move(snapshot)), world_(std::move(world)), flow_(std::move(flow))
    {}

    std::unique_ptr<model::Snapshot> snapshot_; // stays where it is: the world refers to it
    World world_;
    Flow flow_;
};

} // namespace onlan::simulate
