#include "simulate/explain.hpp"

#include <algorithm>
#include <iterator>
#include <ranges>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "simulate/ends/endpoints.hpp"
#include "simulate/ip/neighbours.hpp"
#include "simulate/ip/routing.hpp"
#include "simulate/link/devices.hpp"
#include "simulate/netfilter/conntrack.hpp"
#include "simulate/run/assumptions.hpp"

namespace onlan::simulate {
namespace {

constexpr unsigned kMaxWays = 64;
constexpr unsigned kRetransmissions = 2; // more of them do not change what follows
constexpr std::size_t kUsualSteps = 256;

using model::CauseKind;
using model::Outcome;

// Lets everything happen that follows from what has been sent: packets, then programs, then proxies
// with their delay. What waits for a neighbour that does not answer has failed when nothing else is
// on its way.
void settle(Run& run)
{
    for (drain(run); !run.loop; drain(run)) {
        if (act(run) || answer_late(run))
            continue;
        if (run.state.waiting.empty())
            return;
        fail_waiting(run);
    }
}

// The timer of a socket that waits for an acknowledgement.
void retransmit(Run& run, LiveSocket& socket)
{
    const std::uint32_t missing = socket.send_next - socket.send_unacknowledged;
    const std::uint32_t data = missing - (socket.fin_sent ? 1U : 0U);
    socket.send_next = socket.send_unacknowledged;
    switch (socket.state) {
    case SocketState::syn_sent:
        send_segment(run, socket, kSyn, 0, 0);
        break;
    case SocketState::syn_received: // reqsk_timer_handler()
        if (socket.timeouts++ < socket.netns->settings.ipv4["tcp_synack_retries"].value)
            send_segment(run, socket, kSyn | kAck, 0, 0);
        else
            socket.state = SocketState::closed;
        break;
    case SocketState::established:
        if (data != 0)
            send_segment(run, socket, kPsh | kAck, static_cast<std::uint16_t>(data), 0);
        if (socket.fin_sent)
            send_segment(run, socket, kFin | kAck, 0, 0);
        break;
    case SocketState::closed:
        break;
    }
}

// Both ends have sent for the first time at about the same time, and their timers end so.
void retransmit(Run& run)
{
    run.state.redirected.clear(); // so much time has passed
    for (std::size_t i = 0; i < run.state.sockets.size(); ++i) {
        LiveSocket& socket = run.state.sockets[i];
        if (socket.protocol == kTcp && socket.send_unacknowledged != socket.send_next)
            retransmit(run, socket);
    }
    settle(run);
}

template <typename Done>
void until(Run& run, Done done)
{
    for (unsigned i = 0; i < kRetransmissions && !done() && !run.loop; ++i)
        retransmit(run);
}

Outcome failed_with(SocketError error, Outcome otherwise)
{
    switch (error) {
    case SocketError::none:
        return otherwise;
    case SocketError::refused:
        return Outcome::refused;
    case SocketError::reset:
        return Outcome::reset;
    case SocketError::not_permitted:
        return Outcome::blocked;
    case SocketError::host_unreachable:
    case SocketError::network_unreachable:
    case SocketError::prohibited:
    case SocketError::no_protocol:
    case SocketError::invalid:
    case SocketError::message_size:
        return Outcome::unreachable;
    }
    return otherwise;
}

Outcome exchange_tcp(Run& run, LiveSocket& client)
{
    send_segment(run, client, kSyn, 0, 0);
    settle(run);
    const auto connected = [&] { return client.state != SocketState::syn_sent; };
    until(run, connected);
    if (client.state != SocketState::established)
        return failed_with(client.error, Outcome::timeout);

    send_request(run, client, 0);
    settle(run);
    until(run, [&] { return client.response_seen || client.state == SocketState::closed; });
    if (!client.response_seen)
        return failed_with(client.error, Outcome::stalled);

    close_socket(run, client, 0);
    settle(run);
    return Outcome::delivered;
}

Outcome exchange_datagram(Run& run, LiveSocket& client)
{
    const SocketError error = send_datagram(run, client, Content::question, 0);
    // ping_v6_sendmsg() throws away what icmpv6_push_pending_frames() returns.
    if (error != SocketError::none && client.protocol != kIcmpv6) {
        client.error = error;
        return failed_with(error, Outcome::timeout);
    }
    settle(run);
    return client.response_seen ? Outcome::delivered : failed_with(client.error, Outcome::timeout);
}

void open_client(LiveSocket& client, const Namespace& netns, const Flow& flow)
{
    client.netns = &netns;
    client.protocol = flow.protocol;
    client.local = flow.source.value_or(net::IpAddress::any(flow.to.family()));
    client.remote = flow.to;
    client.local_port = flow.source_port;
    client.remote_port = flow.port;
    client.mark = flow.mark;
    client.owner = flow.owner;
}

Cause without_step(CauseKind kind, std::string summary)
{
    return {.kind = kind, .step = {}, .chain = {}, .summary = std::move(summary)};
}

Cause unroutable(const Namespace& netns, const LiveSocket& client, const RouteOutput& routed)
{
    const std::string to = client.remote.to_string();
    if (routed.error == RouteError::foreign_source)
        return without_step(CauseKind::no_route,
                            fmt::format("{} is not an address of {}, which cannot send from it",
                                        client.local.to_string(), netns.name()));
    if (routed.route != nullptr)
        return without_step(CauseKind::no_route,
                            fmt::format("in {} the route '{}' refuses packets to {}", netns.name(),
                                        describe(netns, *routed.route), to));
    return without_step(CauseKind::no_route,
                        fmt::format("{} has no route to {}", netns.name(), to));
}

Ending walk(const World& world,
            const Namespace& from,
            const Flow& flow,
            Choices& choices,
            Recording recording)
{
    Run run{.world = world, .choices = choices, .recording = recording, .size = flow.size};
    run.assumptions = world.assumptions();
    if (recording == Recording::on)
        run.record.steps.reserve(kUsualSteps);
    LiveSocket& client = run.state.sockets.emplace_back();
    Ending ending;
    open_client(client, from, flow);
    if (const RouteOutput routed = connect_socket(run, client); !routed.destination) {
        client.error = error_of(routed.error);
        ending.outcome = Outcome::unreachable;
        ending.cause = unroutable(from, client, routed);
    } else {
        ending.outcome =
            flow.protocol == kTcp ? exchange_tcp(run, client) : exchange_datagram(run, client);
    }
    if (run.loop)
        ending.cause = without_step(CauseKind::loop, "bridging loop: frames circulate endlessly");
    if (ending.outcome != Outcome::delivered)
        ending.error = client.error;
    if (recording == Recording::on) {
        keep_conntrack(run);
        if (!ending.cause)
            ending.cause = find_cause(ending.outcome, run.record);
    }
    assume_what_was_passed(run);
    ending.assumptions = std::move(run.assumptions);
    ending.not_understood = std::move(run.not_understood);
    ending.record = std::move(run.record);
    ending.next_hops = std::move(run.next_hops);
    ending.rules_seen = run.rules_seen;
    return ending;
}

Cause why_it_depends(const Ending& ending)
{
    if (ending.not_understood.empty())
        return without_step(CauseKind::unknown,
                            "the outcome depends on facts that the snapshot does not contain; "
                            "see the assumptions");
    constexpr std::size_t kMostNamed = 3;
    std::set<std::string> texts;
    for (const rules::RuleRef* rule : ending.not_understood)
        texts.insert(fmt::format("'{}' (chain {} of table {}, {})", rule->text, rule->chain,
                                 rule->table, rule->program));
    const std::size_t more = texts.size() - std::min(texts.size(), kMostNamed);
    return without_step(
        CauseKind::not_understood,
        fmt::format("the outcome depends on what is not understood: {}{}",
                    fmt::join(texts | std::views::take(kMostNamed), ", "),
                    more == 0 ? "" : fmt::format(" and {} more, see the assumptions", more)));
}

// Several ways that end differently are one answer: it depends.
void merge(Ending& whole, const Ending& other)
{
    if (whole.outcome == other.outcome && whole.error == other.error)
        return;
    for (const std::string& assumption : other.assumptions) {
        if (std::ranges::find(whole.assumptions, assumption) == whole.assumptions.end())
            whole.assumptions.push_back(assumption);
    }
    whole.outcome = Outcome::ambiguous;
    whole.error = SocketError::none;
    whole.not_understood.insert(other.not_understood.begin(), other.not_understood.end());
    whole.cause = why_it_depends(whole);
}

} // namespace

Ending follow(const World& world, const Flow& flow, Recording recording)
{
    const Namespace* from = world.find(flow.from);
    if (from == nullptr) {
        Ending nowhere{.outcome = Outcome::unreachable};
        nowhere.cause = without_step(CauseKind::no_endpoint,
                                     fmt::format("there is no namespace '{}'", flow.from));
        return nowhere;
    }
    Choices choices;
    Ending whole = walk(world, *from, flow, choices, recording);
    std::size_t rules_seen = whole.rules_seen;
    for (unsigned ways = 1; choices.next(); ++ways) {
        if (ways == kMaxWays || rules_seen > kMostRules) {
            whole.assumptions.push_back(
                fmt::format("only the first {} possible paths were followed", ways));
            break;
        }
        const Ending other = walk(world, *from, flow, choices, Recording::off);
        rules_seen += other.rules_seen;
        std::ranges::copy(other.next_hops, std::back_inserter(whole.next_hops));
        merge(whole, other);
    }
    return whole;
}

namespace {

// Only where the devices of the way differ can packets of full size fare otherwise.
bool mtus_differ(const Record& record)
{
    std::optional<std::uint32_t> first;
    return std::ranges::any_of(record.steps, [&](const Record::Step& step) {
        if (step.device == nullptr || step.device->link->loopback || step.device->link->mtu == 0)
            return false;
        return *(first = first.value_or(step.device->link->mtu)) != step.device->link->mtu;
    });
}

} // namespace

model::Explanation in_words(const Ending& ending)
{
    model::Explanation explanation{.outcome = ending.outcome,
                                   .error = errno_name(ending.error),
                                   .assumptions = ending.assumptions,
                                   .packets = packets_in_words(ending.record),
                                   .conntrack = conntrack_in_words(ending.record)};
    if (ending.cause)
        explanation.cause = in_words(ending.record, *ending.cause);
    return explanation;
}

model::Explanation explain(const World& world, const Flow& flow)
{
    const Ending ending = follow(world, flow);
    model::Explanation explanation = in_words(ending);
    if (ending.outcome == Outcome::delivered && !flow.size && mtus_differ(ending.record)) {
        Flow full = flow;
        full.size = kFullSize;
        const Outcome outcome = follow(world, full, Recording::off).outcome;
        if (outcome != Outcome::delivered)
            explanation.full_size = outcome;
    }
    return explanation;
}

} // namespace onlan::simulate
