#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "model/trace.hpp"
#include "simulate/cause.hpp"
#include "simulate/run/run.hpp"
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
    std::uint32_t mark = 0;            // SO_MARK of the client's socket
    std::uint32_t owner = 0;           // uid of the client
    std::optional<std::uint32_t> size; // bytes that each side sends; absent: a few
};

// How an exchange ended, with the record of what happened to its packets. It refers to the world.
struct Ending {
    model::Outcome outcome = model::Outcome::timeout;
    SocketError error = SocketError::none;
    std::optional<Cause> cause; // nothing was recorded: none
    std::vector<std::string> assumptions;
    std::set<const rules::RuleRef*> not_understood; // rules that were guessed at
    Record record;
    std::vector<NextHop> next_hops;
    std::size_t rules_seen = 0;
};

// Walks every packet of the exchange. Ways that the model cannot tell apart are all walked; where
// they end differently, the outcome is ambiguous.
[[nodiscard]] Ending
follow(const World& world, const Flow& flow, Recording recording = Recording::on);

// How it ends and why, in words that need no world.
[[nodiscard]] model::Explanation in_words(const Ending& ending);
[[nodiscard]] model::Explanation explain(const World& world, const Flow& flow);

} // namespace onlan::simulate
