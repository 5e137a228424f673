#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/trace.hpp"
#include "model/vocabulary.hpp"
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
        unsigned packet = 0;  // its number, from 1
        unsigned matches = 0; // how many had been recorded, those of this step included
        const Namespace* netns = nullptr;
        const Device* device = nullptr; // null: the namespace as a whole
        const Device* out = nullptr;    // of a hook: where it would have left, if that was known
        Stage stage = Stage::route;
        Action action = Action::accept;
        Reason because;
        Seen seen;
        std::optional<Seen> before;
    };
    struct Match {
        unsigned packet = 0;
        const Namespace* netns = nullptr;
        const Device* device = nullptr;
        Stage stage = Stage::route;
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

// ARP, or the neighbour discovery of IPv6, which asks and answers the same.
[[nodiscard]] bool is_neighbour_search(const Seen& seen);
[[nodiscard]] bool is_syn_ack(const Seen& seen);
// ICMP's: it may be lost, and the packet that it is about has gone on.
[[nodiscard]] bool is_redirect(const Seen& seen);
// RST, or an ICMP error that says unreachable.
[[nodiscard]] bool is_refusal(const Seen& seen);

// "SYN 192.168.137.248:40000 > 192.168.137.250:5000"
[[nodiscard]] std::string summary(const Record::Packet& packet);
[[nodiscard]] std::vector<model::TracedPacket> packets_in_words(const Record& record);
[[nodiscard]] std::vector<model::TrackedConnection> conntrack_in_words(const Record& record);

} // namespace onlan::simulate
