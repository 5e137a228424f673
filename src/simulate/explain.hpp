#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "model/trace.hpp"
#include "simulate/run.hpp"
#include "simulate/world.hpp"

namespace onlan::simulate {

// What a client tries: a whole exchange, from the socket to the answer.
struct Flow {
    std::string from; // name of the client's namespace
    net::IpAddress to;
    std::uint8_t protocol = kTcp; // or UDP, ICMP (ping)
    std::uint16_t port = 0;
    std::uint16_t source_port = 40000; // or the identifier of a ping
    std::optional<net::IpAddress> source;
};

// Walks every packet of the exchange and says how it ends, and why. Ways that the model cannot tell
// apart are all walked; where they end differently, the outcome is ambiguous.
[[nodiscard]] model::Explanation
explain(const World& world, const Flow& flow, Recording recording = Recording::on);

// cause.cpp: the decisive step of what has been recorded, in one sentence.
[[nodiscard]] model::Cause find_cause(const model::Explanation& explanation);

} // namespace onlan::simulate
