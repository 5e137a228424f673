// Which step decided how an exchange ended, and the sentence that says so.

#include <algorithm>
#include <ranges>

#include <fmt/format.h>

#include "simulate/cause_chain.hpp"
#include "simulate/explain.hpp"

namespace onlan::simulate {
namespace {

using model::Outcome;
using model::reason_text;
using model::Step;
using model::TracedPacket;

bool ends(const Step& step)
{
    return step.action == "drop" || step.action == "reject" || step.action == "unreachable";
}

// The kind of a rule's drop: Docker keeps its networks apart on purpose.
std::string kind_of_rule(const model::ByRule& rule)
{
    if (rule.chain.find("ISOLATION") != std::string::npos)
        return "isolation";
    return rule.number == 0 ? "policy" : "filter";
}

std::string kind_of(const Step& step)
{
    if (const auto* rule = std::get_if<model::ByRule>(&step.because))
        return step.action == "reject" ? "reject" : kind_of_rule(*rule);
    if (step.stage == "conntrack")
        return "conntrack-clash";
    if (step.stage == "neighbour")
        return "no-neighbour";
    if (step.stage == "route")
        return std::holds_alternative<model::BySysctl>(step.because) ? "forwarding-off"
                                                                     : "no-route";
    if (step.stage == "socket")
        return "no-listener";
    if (step.stage.starts_with("bridge/port"))
        return "bridge-port";
    if (step.stage == "bridge/mtu" || step.stage == "mtu" || step.stage == "veth")
        return "mtu";
    if (step.stage == "fdb")
        return "fdb";
    return step.stage;
}

// The answer was given a source port that its receiver does not know.
std::optional<model::Cause> clash_of(const model::Explanation& explanation)
{
    for (const TracedPacket& packet : explanation.packets) {
        const auto moved = std::ranges::find_if(packet.steps, [](const Step& step) {
            return step.action == "null-binding" && step.before &&
                   step.before->source_port != step.packet.source_port;
        });
        if (moved == packet.steps.end())
            continue;
        const bool unknown = std::any_of(moved, packet.steps.end(), [](const Step& step) {
            return step.stage == "socket" && step.action != "deliver";
        });
        if (!unknown)
            continue;
        return model::Cause{.kind = "conntrack-clash",
                            .summary = fmt::format(
                                "conntrack of {} meets an answer again on {}, takes it for a new "
                                "connection and moves its source port from {} to {}, which the "
                                "receiver does not know",
                                moved->netns, moved->device, port_text(moved->before->source_port),
                                port_text(moved->packet.source_port)),
                            .object = moved->because,
                            .chain = chain_of_clash(explanation, packet, *moved)};
    }
    return {};
}

const Step* last_end(const TracedPacket& packet)
{
    const auto backwards = std::views::reverse(packet.steps);
    const auto found = std::ranges::find_if(backwards, ends);
    return found == backwards.end() ? nullptr : &*found;
}

std::string drop_summary(const TracedPacket& packet, const Step& step, std::string_view kind)
{
    if (kind == "isolation")
        return fmt::format("Docker keeps its networks apart: '{}' is dropped on {} by {}",
                           packet.summary, place_text(step), reason_text(step.because));
    if (kind == "rp_filter")
        return fmt::format("rp_filter drops '{}' on {}: {}", packet.summary, place_text(step),
                           reason_text(step.because));
    return fmt::format("'{}' ends at {} ({}): {}", packet.summary, place_text(step), step.stage,
                       reason_text(step.because));
}

model::Cause drop_cause(const TracedPacket& packet, const Step& step)
{
    std::string kind = kind_of(step);
    return {.kind = kind,
            .summary = drop_summary(packet, step, kind),
            .object = step.because,
            .chain = chain_to(packet, step)};
}

// The first packet of the exchange that was lost, from the packet numbered `from` on.
std::optional<model::Cause> first_loss(const model::Explanation& explanation, std::size_t from)
{
    for (std::size_t i = from; i < explanation.packets.size(); ++i) {
        const TracedPacket& packet = explanation.packets[i];
        const Step* step = model::is_arp(packet) ? nullptr : last_end(packet);
        if (step != nullptr && (step->stage != "socket" || packet.answers == 0))
            return drop_cause(packet, *step);
    }
    return {};
}

// Who sent the RST or the ICMP error that the client got.
std::optional<model::Cause> refusal(const model::Explanation& explanation)
{
    for (const TracedPacket& packet : explanation.packets) {
        if (packet.steps.empty() || packet.answers == 0)
            continue;
        const Step& last = packet.steps.back();
        if (!model::is_refusal(packet) || last.stage != "socket" || last.action != "deliver")
            continue;
        const TracedPacket& refused = explanation.packets[packet.answers - 1];
        const auto backwards = std::views::reverse(refused.steps);
        const auto step = std::ranges::find_if(backwards, [](const Step& candidate) {
            return ends(candidate) || candidate.action == "reset";
        });
        if (step != backwards.end())
            return drop_cause(refused, *step);
    }
    return {};
}

// Where the data begins: a loss after the handshake is looked for from there.
std::size_t first_data(const model::Explanation& explanation)
{
    const auto found = std::ranges::find_if(
        explanation.packets, [](const TracedPacket& packet) { return packet.payload != 0; });
    return static_cast<std::size_t>(found - explanation.packets.begin());
}

model::Cause delivered(const model::Explanation& explanation)
{
    model::Cause cause{.kind = "delivered",
                       .summary = "the request arrived and the answer came back",
                       .object = {},
                       .chain = {}};
    const TracedPacket& first = explanation.packets.front();
    if (!first.steps.empty())
        cause.chain = chain_to(first, first.steps.back());
    return cause;
}

} // namespace

model::Cause find_cause(const model::Explanation& explanation)
{
    const Outcome outcome = explanation.outcome;
    if (outcome == Outcome::delivered)
        return delivered(explanation);
    if (auto cause = clash_of(explanation))
        return *std::move(cause);
    if (outcome == Outcome::refused || outcome == Outcome::reset ||
        outcome == Outcome::unreachable) {
        if (auto cause = refusal(explanation))
            return *std::move(cause);
    }
    const bool connected = outcome == Outcome::stalled || outcome == Outcome::reset;
    if (auto cause = first_loss(explanation, connected ? first_data(explanation) : 0))
        return *std::move(cause);
    return {.kind = "no-answer",
            .summary = "nothing that was sent has been answered",
            .object = {},
            .chain = {}};
}

} // namespace onlan::simulate
