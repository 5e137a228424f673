#pragma once

#include <deque>
#include <optional>
#include <string_view>
#include <vector>

#include "model/trace.hpp"
#include "simulate/run/packet.hpp"
#include "simulate/run/reason.hpp"

namespace onlan::simulate {

// What model::Header tells of a packet, as it was at one moment.
struct Seen {
    net::IpAddress source;
    net::IpAddress destination;
    std::uint8_t protocol = 0; // 0: ARP and neighbour discovery
    std::uint8_t flags = 0;    // of TCP; the ICMP type; of ARP: 1 for a reply
    std::uint8_t code = 0;     // of ICMP
    model::PortRange source_port;
    model::PortRange destination_port;
    std::string_view ct;
    std::uint32_t mark = 0;
};

// What happened in one run, in the order in which it happened. It refers to the world that the run
// was in; in_words() makes something that stands by itself.
struct Record {
    struct Packet {
        Seen seen;
        std::uint16_t payload = 0;
        net::MacAddress sender; // of ARP
        unsigned answers = 0;
    };
    struct Step {
        unsigned packet = 0; // its number, from 1
        const Namespace* netns = nullptr;
        const Device* device = nullptr; // null: the namespace as a whole
        std::string_view stage;
        std::string_view action;
        Reason because;
        Seen seen;
        std::optional<Seen> before;
    };
    struct Match {
        unsigned packet = 0;
        const Namespace* netns = nullptr;
        const Device* device = nullptr;
        std::string_view stage;
        const rules::RuleRef* rule = nullptr;
    };
    struct Tracked {
        const Namespace* netns = nullptr;
        const EntrySeen* entry = nullptr;
    };
    std::vector<Packet> packets;
    std::vector<Step> steps;
    std::vector<Match> matches;
    std::vector<Tracked> conntrack; // when all is over
    std::deque<EntrySeen> entries;  // that the others speak of
};

[[nodiscard]] std::vector<model::TracedPacket> packets_in_words(const Record& record);
[[nodiscard]] std::vector<model::TrackedConnection> conntrack_in_words(const Record& record);

} // namespace onlan::simulate
