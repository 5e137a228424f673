#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "simulate/ends/sockets.hpp"
#include "simulate/run/choices.hpp"
#include "simulate/run/record.hpp"
#include "simulate/world.hpp"

namespace onlan::simulate {

// That the packets of an exchange are held against, and the ways to go. Only rule sets made for it
// come near: chains that jump twice to the next, which does the same, and so on.
constexpr std::size_t kMostRules = std::size_t{1} << 23U;

enum class Recording : std::uint8_t { off, on };

// As many bytes as make packets of full size: TCP fills several segments, others one packet.
constexpr std::uint32_t kFullSize = 0xFFFFFFFF;

// A packet that waits for its neighbour's address (neigh_resolve_output()).
struct Waiting {
    NeighbourKey neighbour;
    Packet packet;
};

// An ARP request that a proxy answers when its delay is over (pneigh_enqueue()).
struct LateAnswer {
    const Device* device = nullptr;
    Packet request;
};

// What a program will do when it gets to run: a system call, which comes after all that the packet
// that woke it has set off.
enum class Deed : std::uint8_t { serve, pass_on, close };
struct Pending {
    LiveSocket* socket = nullptr;
    Deed deed = Deed::serve;
    unsigned answers = 0;
};

// Of the way to an address, as an ICMP error has told it (struct fib_nh_exception).
struct PathMtu {
    const Namespace* netns = nullptr;
    net::IpAddress to;
    std::uint16_t mtu = 0;
};

// A port that the kernel picks at random, and the one that stands for it here.
struct RandomPort {
    std::uint8_t protocol = 0;
    std::uint16_t stands_in = 0;
    model::PortRange range;
};

// All that packets change. Small, and on top of the World: resetting it is forgetting it.
struct State {
    std::deque<Packet> backlog; // received, not yet worked on
    std::deque<Connection> connections;
    std::vector<std::pair<FdbKey, FdbTarget>> fdb;
    std::vector<std::pair<NeighbourKey, net::MacAddress>> neighbours;
    std::vector<Waiting> waiting;
    std::deque<LateAnswer> late_answers;
    std::vector<NeighbourKey> redirected; // have been told of a shorter way
    std::deque<LiveSocket> sockets;
    std::deque<Pending> deeds;
    std::vector<RandomPort> random_ports;
    std::vector<PathMtu> path_mtus;                                            // the last first
    std::map<const Namespace*, std::shared_ptr<const rules::Touched>> touched; // sets, by rules
    std::deque<model::Socket> supposed; // listeners, where nobody has looked for them
    unsigned frames = 0;                // worked on, to notice a loop
};

// Where a packet was sent on, which may be to nobody.
struct NextHop {
    const Namespace* netns = nullptr; // that sent it
    net::IpAddress address;
    net::IpAddress destination;
    std::uint16_t asks = 0; // a port; 0: it does not begin anything

    friend bool operator==(const NextHop&, const NextHop&) = default;
};

// One run of one exchange: the world, what has changed in it, and the record of what happened.
// The stages are functions on it.
struct Run {
    const World& world;
    Choices& choices;
    Recording recording = Recording::on;
    std::optional<std::uint32_t> size; // of what each side sends; absent: a few bytes
    State state;
    Record record;
    std::vector<std::string> assumptions;
    std::set<const rules::RuleRef*> not_understood; // that some way was guessed by
    std::vector<NextHop> next_hops;
    unsigned last_number = 0;
    std::size_t rules_seen = 0; // by all its packets
    bool loop = false;

    void assume(const std::string& what);
    // What a step says of an entry that other packets will change.
    [[nodiscard]] const EntrySeen* keep(const model::Conntrack& entry);
};

// Gives a new packet its number and its place in the record.
void begin_packet(Run& run, Packet& packet, unsigned answers);
[[nodiscard]] Seen seen(const Run& run, const Packet& packet);
// Itself, or the range that the kernel has drawn it from.
[[nodiscard]] model::PortRange port_of(const Run& run, std::uint8_t protocol, std::uint16_t port);

// Where a step happens.
struct Place {
    const Device* device = nullptr; // null: the namespace as a whole
    const Namespace* netns = nullptr;
    Stage stage = Stage::route;
    const Device* out = nullptr; // of a hook: where the packet would leave, if that is known

    Place(const Device* at, Stage what, const Device* leaving = nullptr)
        : device(at), netns(at->netns), stage(what), out(leaving)
    {}
    Place(const Namespace& in, Stage what) : netns(&in), stage(what) {}
};

// Null: the packet is none of the exchange.
Record::Step*
record(Run& run, const Packet& packet, const Place& place, Action action, const Reason& because);

// Writes down which rules of a chain the packet matched.
void record_matches(Run& run,
                    const Packet& packet,
                    const Place& place,
                    std::span<const rules::RuleRef* const> rules);

// Writes a step down. `why` makes the reason, and is only asked when somebody is listening.
template <typename Why>
void note(Run& run, const Packet& packet, const Place& place, Action action, Why&& why)
{
    if (run.recording == Recording::on)
        record(run, packet, place, action, std::forward<Why>(why)());
}

// The same for a step that changes the packet.
struct Rewrite {
    const Packet& before;
    const Packet& after;
};
template <typename Why>
void note(Run& run, const Rewrite& rewrite, const Place& place, Action action, Why&& why)
{
    if (run.recording == Recording::off)
        return;
    if (auto* step = record(run, rewrite.after, place, action, std::forward<Why>(why)()))
        step->before = seen(run, rewrite.before);
}

} // namespace onlan::simulate
