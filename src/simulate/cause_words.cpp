// A cause, put in words.

#include <fmt/format.h>

#include "simulate/cause.hpp"
#include "simulate/isolation.hpp"
#include "simulate/world.hpp"

namespace onlan::simulate {
namespace {

using model::CauseKind;
using model::endpoint_text;

// "br-lan137 in host"
std::string place_of(const Record::Step& step)
{
    return step.device == nullptr
               ? step.netns->name()
               : fmt::format("{} in {}", step.device->name(), step.netns->name());
}

std::string reason_of(const Record::Step& step)
{
    return model::reason_text(in_words(step.because));
}

std::string summary_of(const Record& record, const Record::Step& step)
{
    return summary(record.packets[step.packet - 1]);
}

// "5000"; in place of a port that the kernel draws the range that it draws from.
std::string port_text(const model::PortRange& port)
{
    return port.random() ? "a random port in " + port.to_string() : port.to_string();
}

std::string translation(const Record::Step& step)
{
    const Seen& before = *step.before;
    const bool destination = before.destination != step.seen.destination ||
                             before.destination_port != step.seen.destination_port;
    const auto side = [&](const Seen& seen) {
        return destination ? endpoint_text(seen.destination, seen.destination_port)
                           : endpoint_text(seen.source, seen.source_port);
    };
    return fmt::format("{} rewrites the {} {} to {}", model::word(step.action),
                       destination ? "destination" : "source", side(before), side(step.seen));
}

std::string told_last(const Record::Step& step)
{
    return fmt::format("{}: {}", model::phase_text(step.stage, step.action), reason_of(step));
}

// What a step before the last did.
std::string told(const Record::Step& step)
{
    if (step.before)
        return translation(step);
    if (model::ends(step.action))
        return told_last(step);
    if (step.action == Action::notrack)
        return "conntrack does not track it, because of " + reason_of(step);
    return "its new destination makes it routed instead of bridged: " + reason_of(step);
}

std::string told_of_clash(const Record& record, const Record::Step& step)
{
    switch (step.action) {
    case Action::invalid:
        return "the SYN+ACK is INVALID, so it is not tracked and passes as it is: " +
               reason_of(step);
    case Action::new_:
        return fmt::format("'{}' matches no tracked connection in this direction, so it starts a "
                           "new one: {}",
                           summary_of(record, step), reason_of(step));
    case Action::null_binding:
        return fmt::format("the new connection's reply tuple is taken by '{}', so the null "
                           "binding moves its source port from {} to {}",
                           reason_of(step), port_text(step.before->source_port),
                           port_text(step.seen.source_port));
    default:
        return fmt::format("no socket is waiting on that port ({}): {}", reason_of(step),
                           step.action == Action::reset ? "it answers with RST" : "it is lost");
    }
}

std::string clash_summary(const Record::Step& moved)
{
    const std::string& netns = moved.netns->name();
    return fmt::format(
        "on {}, conntrack sees the reply a second time on {}, takes it for a new connection and "
        "rewrites its source port {} to {}, which the client does not recognise",
        netns == "host" ? "the host" : netns, moved.device->name(),
        port_text(moved.before->source_port), port_text(moved.seen.source_port));
}

// Why netfilter's hooks of IP do not see what a bridge switches.
std::string why_unseen(const Record::Step& step)
{
    const NetnsSettings& settings = step.netns->settings;
    if (!settings.br_netfilter)
        return "br_netfilter is not loaded, so bridged packets do not meet it";
    const Setting calls = step.seen.source.family() == net::Family::ipv4
                              ? settings.bridge["bridge-nf-call-iptables"]
                              : settings.bridge["bridge-nf-call-ip6tables"];
    return fmt::format("{} = {}", calls.name(), calls.value);
}

std::string summary_of(const Record& record, const Record::Step& step, CauseKind kind)
{
    const std::string packet = summary_of(record, step);
    switch (kind) {
    case CauseKind::isolation: {
        const auto parted = parted_networks(record, step);
        return fmt::format("{} and {} are kept apart: '{}' is {} on {} by {}", parted->from->name(),
                           parted->to->name(), packet,
                           step.action == Action::reject ? "rejected" : "dropped", place_of(step),
                           reason_of(step));
    }
    case CauseKind::rp_filter:
        return fmt::format("rp_filter drops '{}' on {}: {}", packet, place_of(step),
                           reason_of(step));
    case CauseKind::past_nat:
        return fmt::format("{} switches '{}' past the NAT that rewrote the destination of the "
                           "request: {}",
                           place_of(step), packet, why_unseen(step));
    case CauseKind::tproxy:
        return fmt::format(
            "TPROXY cannot work on {}: '{}' met its rule while the bridge had it, and "
            "lost the socket on its way to IP: {}",
            place_of(step), packet, reason_of(step));
    default:
        return fmt::format("'{}' ends at {} ({}): {}", packet, place_of(step),
                           model::word(step.stage), reason_of(step));
    }
}

// The place of a step among those of its packet, from 1.
unsigned phase_of(const Record& record, std::size_t at)
{
    unsigned phase = 1;
    for (std::size_t i = 0; i < at; ++i)
        phase += record.steps[i].packet == record.steps[at].packet ? 1U : 0U;
    return phase;
}

// What is too large for a device, and whose sender is not told so.
std::string
untold_summary(const Record& record, const Record::Step& large, const Record::Step& lost)
{
    return fmt::format("'{}' is too large for {} ({}), and its sender is not told: '{}' ends at {} "
                       "({}): {}",
                       summary_of(record, large), place_of(large), reason_of(large),
                       summary_of(record, lost), place_of(lost), model::word(lost.stage),
                       reason_of(lost));
}

} // namespace

model::Cause in_words(const Record& record, const Cause& cause)
{
    model::Cause words{.kind = cause.kind, .summary = cause.summary, .object = {}, .chain = {}};
    const bool clash = cause.kind == CauseKind::conntrack_clash && cause.chain.back() != cause.step;
    if (cause.step) {
        const Record::Step& step = record.steps[*cause.step];
        const bool untold = cause.kind == CauseKind::mtu && cause.chain.front() != cause.step;
        words.summary = clash    ? clash_summary(step)
                        : untold ? untold_summary(record, record.steps[cause.chain.front()], step)
                                 : summary_of(record, step, cause.kind);
        words.object = in_words(step.because);
    }
    for (const std::size_t at : cause.chain) {
        const Record::Step& step = record.steps[at];
        const std::string text = clash                      ? told_of_clash(record, step)
                                 : at == cause.chain.back() ? told_last(step)
                                                            : told(step);
        words.chain.push_back({.packet = step.packet,
                               .phase = phase_of(record, at),
                               .text = fmt::format("{}: {}", place_of(step), text)});
    }
    return words;
}

} // namespace onlan::simulate
