#include "simulate/cause_chain.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace onlan::simulate {
namespace {

using model::CauseLink;
using model::endpoint_text;
using model::Explanation;
using model::reason_text;
using model::Step;
using model::TracedPacket;

CauseLink link(const TracedPacket& packet, const Step& step, std::string text)
{
    return {.packet = packet.number,
            .phase = static_cast<unsigned>(&step - packet.steps.data()) + 1,
            .text = std::move(text)};
}

std::string translation(const Step& step)
{
    const model::Header& before = *step.before;
    const bool destination = before.destination != step.packet.destination ||
                             before.destination_port != step.packet.destination_port;
    const auto side = [&](const model::Header& header) {
        return destination ? endpoint_text(header.destination, header.destination_port)
                           : endpoint_text(header.source, header.source_port);
    };
    return fmt::format("{}: {} turns the {} {} into {}", place_text(step), step.action,
                       destination ? "destination" : "source", side(before), side(step.packet));
}

// Empty for a phase that let the packet go on as it was.
std::string told(const Step& step)
{
    if (step.before)
        return translation(step);
    if (step.action == "notrack")
        return fmt::format("{}: conntrack leaves it alone, by {}", place_text(step),
                           reason_text(step.because));
    if (step.action == "divert")
        return fmt::format("{}: with another destination it is routed instead of bridged: {}",
                           place_text(step), reason_text(step.because));
    return {};
}

// The SYN+ACK that conntrack did not know on the way to the client.
void tell_invalid(const Explanation& explanation, const Step& moved, std::vector<CauseLink>& chain)
{
    for (const TracedPacket& packet : explanation.packets) {
        if (!model::is_syn_ack(packet))
            continue;
        const auto invalid = std::ranges::find_if(packet.steps, [&](const Step& step) {
            return step.netns == moved.netns && step.stage == "conntrack" &&
                   step.action == "invalid";
        });
        if (invalid == packet.steps.end())
            continue;
        chain.push_back(link(packet, *invalid,
                             fmt::format("{}: the SYN+ACK is INVALID, so it is not tracked and "
                                         "passes as it is: {}",
                                         place_text(*invalid), reason_text(invalid->because))));
        return;
    }
}

} // namespace

std::string port_text(const model::PortRange& port)
{
    return port.random() ? "a random one of " + port.to_string() : port.to_string();
}

std::string place_text(const Step& step)
{
    return step.device.empty() ? step.netns : fmt::format("{} in {}", step.device, step.netns);
}

std::vector<CauseLink> chain_to(const TracedPacket& packet, const Step& last)
{
    std::vector<CauseLink> chain;
    for (const Step& step : packet.steps) {
        if (&step == &last)
            break;
        if (std::string text = told(step); !text.empty())
            chain.push_back(link(packet, step, std::move(text)));
    }
    chain.push_back(link(packet, last,
                         fmt::format("{}: {} {}: {}", place_text(last), last.stage, last.action,
                                     reason_text(last.because))));
    return chain;
}

std::vector<CauseLink>
chain_of_clash(const Explanation& explanation, const TracedPacket& packet, const Step& moved)
{
    std::vector<CauseLink> chain;
    tell_invalid(explanation, moved, chain);
    const auto at = static_cast<std::size_t>(&moved - packet.steps.data());
    for (std::size_t i = at; i-- > 0;) {
        const Step& step = packet.steps[i];
        if (step.netns == moved.netns && step.stage == "conntrack" && step.action == "new") {
            chain.push_back(
                link(packet, step,
                     fmt::format("{}: '{}' is of no connection that conntrack knows in this "
                                 "direction, so it starts a new one: {}",
                                 place_text(step), packet.summary, reason_text(step.because))));
            break;
        }
    }
    chain.push_back(link(
        packet, moved,
        fmt::format("{}: the new connection's reply tuple is taken by '{}', so the null binding "
                    "moves its source port from {} to {}",
                    place_text(moved), reason_text(moved.because),
                    port_text(moved.before->source_port), port_text(moved.packet.source_port))));
    const auto end = std::find_if(
        packet.steps.begin() + static_cast<std::ptrdiff_t>(at), packet.steps.end(),
        [](const Step& step) { return step.stage == "socket" && step.action != "deliver"; });
    if (end != packet.steps.end())
        chain.push_back(
            link(packet, *end,
                 fmt::format("{}: no socket waits for that port ({}): {}", place_text(*end),
                             reason_text(end->because),
                             end->action == "reset" ? "it answers with RST" : "it is lost")));
    return chain;
}

} // namespace onlan::simulate
