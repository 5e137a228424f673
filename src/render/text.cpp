#include "render/text.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "render/phase.hpp"

namespace onlan::render {
namespace {

using model::Explanation;
using model::Step;
using model::TracedPacket;

std::string_view outcome_sentence(const Explanation& explanation)
{
    switch (explanation.outcome) {
    case model::Outcome::delivered:
        return "the request arrives and its answer comes back";
    case model::Outcome::timeout:
        return "nobody answers";
    case model::Outcome::stalled:
        return "the connection is established, and then everything sent is lost";
    case model::Outcome::refused:
        return "the connection is refused";
    case model::Outcome::reset:
        return "the connection is established, and then reset";
    case model::Outcome::unreachable:
        return "it cannot be reached";
    case model::Outcome::blocked:
        return "the sender is not allowed to send it";
    case model::Outcome::ambiguous:
        if (explanation.cause.kind == model::CauseKind::not_understood)
            return "it depends on a rule that is not understood";
        return "it depends on facts that the snapshot does not contain";
    }
    return {};
}

class Text {
public:
    Text(const Explanation& explanation,
         const model::ExplainedFlow& asked,
         const model::Names& names,
         Detail detail,
         const Ink& ink)
        : explanation_(explanation), asked_(asked), names_(names), detail_(detail), ink_(ink)
    {}

    std::string write() &&
    {
        add_outcome();
        if (explanation_.full_size)
            add("{}Packets of full size fare otherwise: {}{} (--size full tells why)\n", ink_.bad,
                model::outcome_name(*explanation_.full_size), ink_.off);
        add_chain();
        if (detail_ == Detail::minimal)
            return std::move(text_);
        add_who_is_who();
        for (const std::string& assumption : explanation_.assumptions)
            add("Assumed: {}\n", assumption);
        for (const TracedPacket& packet : explanation_.packets)
            add_packet(packet);
        return std::move(text_);
    }

private:
    template <typename... Arguments>
    void add(fmt::format_string<Arguments...> format, Arguments&&... arguments)
    {
        fmt::format_to(std::back_inserter(text_), format, std::forward<Arguments>(arguments)...);
    }

    void add_outcome()
    {
        const bool fine = explanation_.outcome == model::Outcome::delivered;
        add("{} to {}: {}{}{}", asked_.from, asked_.to, fine ? ink_.good : ink_.bad,
            model::outcome_name(explanation_.outcome), ink_.off);
        if (!explanation_.error.empty())
            add(" ({})", explanation_.error);
        add(": {}\n", outcome_sentence(explanation_));
        if (!fine)
            add("{}Cause: {}{}\n", ink_.strong, explanation_.cause.summary, ink_.off);
    }

    void add_chain()
    {
        for (const model::CauseLink& link : explanation_.cause.chain)
            add("  {:<6} {}\n", fmt::format("{}.{}", link.packet, link.phase), link.text);
    }

    void add_who_is_who()
    {
        std::set<net::IpAddress> seen;
        for (const TracedPacket& packet : explanation_.packets) {
            for (const Step& step : packet.steps)
                seen.insert({step.packet.source, step.packet.destination});
        }
        bool first = true;
        for (const net::IpAddress& address : seen) {
            const std::string owner = names_.owner(address);
            if (owner.empty())
                continue;
            add("{}  {:<16} {}\n", first ? "\n" : "", address.to_string(), owner);
            first = false;
        }
    }

    void add_packet(const TracedPacket& packet)
    {
        if (detail_ == Detail::summary && model::is_arp(packet))
            return;
        add("\n{}Packet {}: {}{}", ink_.strong, packet.number, packet.summary, ink_.off);
        if (packet.answers != 0)
            add("   (because of packet {})", packet.answers);
        add("\n");
        if (detail_ == Detail::summary) {
            const auto before = std::ranges::find_if(
                explanation_.packets, [&](const auto& other) { return same_walk(other, packet); });
            if (before->number != packet.number) {
                add("  as packet {}\n", before->number);
                return;
            }
        }
        for (std::size_t at = 0; at < packet.steps.size();)
            at = add_phases(packet, at);
    }

    // One phase, or all that are folded from here on; returns the next.
    std::size_t add_phases(const TracedPacket& packet, std::size_t at)
    {
        if (detail_ == Detail::detailed || !is_trivial(packet.steps[at])) {
            add_phase(packet.number, at + 1, packet.steps[at]);
            return at + 1;
        }
        std::size_t end = at;
        std::string devices;
        for (std::string last; end < packet.steps.size() && is_trivial(packet.steps[end]); ++end) {
            const Step& step = packet.steps[end];
            if (std::string here = place(step); here != last) {
                devices += (devices.empty() ? "" : " > ") + here;
                last = std::move(here);
            }
        }
        const std::string numbers = end - at == 1
                                        ? fmt::format("{}.{}", packet.number, at + 1)
                                        : fmt::format("{}.{}-{}", packet.number, at + 1, end);
        add("  {:<6} through: {}\n", numbers, devices);
        return end;
    }

    void add_phase(unsigned number, std::size_t phase, const Step& step)
    {
        const bool ends = model::ends(step.action);
        add("  {:<6} {}: {}{}{}\n", fmt::format("{}.{}", number, phase), place(step),
            ends ? ink_.bad : "", model::phase_text(step.stage, step.action), ends ? ink_.off : "");
        if (step.before)
            add("           {}\n        -> {}\n", tuple(*step.before), tuple(step.packet));
        add("         because: {}\n", model::because_text(step.because));
    }

    [[nodiscard]] std::string place(const Step& step) const
    {
        const std::string netns = model::Names::netns(step.netns);
        return step.device.empty()
                   ? netns
                   : fmt::format("{} {}", netns, names_.device(step.netns, step.device));
    }

    const Explanation& explanation_;
    const model::ExplainedFlow& asked_;
    const model::Names& names_;
    Detail detail_;
    const Ink& ink_;
    std::string text_;
};

} // namespace

std::string text(const Explanation& explanation,
                 const model::ExplainedFlow& asked,
                 const model::Names& names,
                 Detail detail,
                 const Ink& ink)
{
    return Text(explanation, asked, names, detail, ink).write();
}

} // namespace onlan::render
