#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/vocabulary.hpp"
#include "net/ip_address.hpp"

namespace onlan::model {

// A port, or the range in which the kernel picks one at random (get_unique_tuple()).
struct PortRange {
    std::uint16_t first = 0;
    std::uint16_t last = 0;

    [[nodiscard]] bool random() const { return first != last; }
    // "80", "1024-65535"
    [[nodiscard]] std::string to_string() const;
    friend bool operator==(const PortRange&, const PortRange&) = default;
};

// "192.168.137.250:5000", "[fd00::2]:1024-65535"
[[nodiscard]] std::string endpoint_text(const net::IpAddress& address, const PortRange& port);

// What of a packet a reader needs to follow it. For ICMP the ports are 0 and `flags` tells its
// type.
struct Header {
    net::IpAddress source;
    net::IpAddress destination;
    std::uint8_t protocol = 0; // IPPROTO_*; 0: ARP, and IPv6's neighbour discovery
    PortRange source_port;
    PortRange destination_port;
    std::string flags; // "S", "SA", "PA"…; "echo-request", "unreachable/3"; "who-has", "is-at"
    std::string ct;    // "new", "established", "related", "invalid", "untracked"; empty before
    std::uint32_t mark = 0;

    friend bool operator==(const Header&, const Header&) = default;
};

// The reasons of a step. A rule, or a policy: `number` 0.
struct ByRule {
    std::string program;
    std::string table;
    std::string chain;
    std::uint64_t handle = 0;
    unsigned number = 0;
    std::string text;

    friend bool operator==(const ByRule&, const ByRule&) = default;
};
struct BySysctl {
    std::string name;
    std::string value;

    friend bool operator==(const BySysctl&, const BySysctl&) = default;
};
// An entry of one of the kernel's tables, in the words of the program that lists it.
struct ByEntry {
    enum class Table : std::uint8_t { route, fdb, conntrack, neighbour, socket, link };
    Table table = Table::route;
    std::string text;

    friend bool operator==(const ByEntry&, const ByEntry&) = default;
};
// What the kernel always does.
struct ByKernel {
    std::string function;
    std::string text;

    friend bool operator==(const ByKernel&, const ByKernel&) = default;
};
using Because = std::variant<ByKernel, ByRule, BySysctl, ByEntry>;
[[nodiscard]] std::string_view table_name(ByEntry::Table table) noexcept;
// A reason in the middle of a sentence: "rule 1 of nat DOCKER: …", "net.ipv4.ip_forward = 0".
[[nodiscard]] std::string reason_text(const Because& because);
// A reason that stands by itself, with where to look for it: the table of an entry, the kernel's
// function.
[[nodiscard]] std::string because_text(const Because& because);

// What one stage did to a packet.
struct Step {
    std::string netns;
    std::string device;
    Stage stage = Stage::route;
    Action action = Action::accept;
    Because because;
    Header packet;                // as the stage leaves it
    std::optional<Header> before; // if the stage changed it

    friend bool operator==(const Step&, const Step&) = default;
};

// A rule that a packet matched, whether it decided something or only counted, marked or logged.
struct Match {
    std::string netns;
    std::string device;
    Stage stage = Stage::route;
    ByRule rule;

    friend bool operator==(const Match&, const Match&) = default;
};

// One packet from the socket that sent it to where it ends, its clones included.
struct TracedPacket {
    unsigned number = 0;
    std::string summary;       // "SYN 192.168.137.248:40000 > 192.168.137.250:5000"
    Header sent;               // as its sender made it
    std::uint16_t payload = 0; // of TCP or UDP, in bytes
    unsigned answers = 0;      // number of the packet that called it forth; 0: none
    std::vector<Step> steps;
    std::vector<Match> matches; // in their order

    friend bool operator==(const TracedPacket&, const TracedPacket&) = default;
};

// ARP, or the neighbour discovery of IPv6, which asks and answers the same.
[[nodiscard]] bool is_arp(const TracedPacket& packet);

// As the client's program would see it.
enum class Outcome : std::uint8_t {
    delivered,
    timeout,     // nothing came back
    stalled,     // TCP: the handshake was done, then data was lost silently
    refused,     // ECONNREFUSED
    reset,       // TCP: the handshake was done, then RST
    unreachable, // EHOSTUNREACH, ENETUNREACH, EACCES
    blocked,     // EPERM from the send call
    ambiguous,   // hangs on something that the model does not know
};
[[nodiscard]] std::string_view outcome_name(Outcome outcome) noexcept;

// One of the phases that led to the end, and what it did, in one sentence.
struct CauseLink {
    unsigned packet = 0; // its number
    unsigned phase = 0;  // of the packet's steps, from 1
    std::string text;

    friend bool operator==(const CauseLink&, const CauseLink&) = default;
};

// Why a flow ends as it does, in one sentence, and the chain of phases behind it.
struct Cause {
    CauseKind kind = CauseKind::no_answer;
    std::string summary;
    std::optional<Because> object;
    std::vector<CauseLink> chain;

    friend bool operator==(const Cause&, const Cause&) = default;
};

// The flow that was asked about, in the user's words.
struct ExplainedFlow {
    std::string from;
    std::string to;
    std::string protocol;
};

// A connection that is tracked when the exchange is over.
struct TrackedConnection {
    std::string netns;
    std::string protocol; // protocol_name()
    Header original;
    Header reply;
    std::string text; // as `conntrack -L` words it

    friend bool operator==(const TrackedConnection&, const TrackedConnection&) = default;
};

struct Explanation {
    Outcome outcome = Outcome::timeout;
    std::string error; // "ECONNREFUSED"…; empty: none
    Cause cause;
    std::vector<std::string> assumptions;
    // How it ends if both sides send full-size packets, where that is otherwise.
    std::optional<Outcome> full_size;
    std::vector<TracedPacket> packets;
    std::vector<TrackedConnection> conntrack; // that its packets belonged to

    friend bool operator==(const Explanation&, const Explanation&) = default;
};

} // namespace onlan::model
