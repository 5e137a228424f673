// Which step decided how an exchange ended.

#include "simulate/cause.hpp"

#include <algorithm>
#include <ranges>

#include <fmt/format.h>

#include "simulate/isolation.hpp"
#include "simulate/world.hpp"

namespace onlan::simulate {
namespace {

using model::CauseKind;
using model::Outcome;

// The steps of each packet, by their places in the record.
class Walks {
public:
    explicit Walks(const Record& record) : record_(record), of_(record.packets.size())
    {
        for (std::size_t at = 0; at < record.steps.size(); ++at)
            of_[record.steps[at].packet - 1].push_back(at);
    }
    [[nodiscard]] std::size_t packets() const { return of_.size(); }
    [[nodiscard]] const Record::Packet& packet(std::size_t i) const { return record_.packets[i]; }
    [[nodiscard]] const std::vector<std::size_t>& steps(std::size_t i) const { return of_[i]; }
    [[nodiscard]] const Record::Step& step(std::size_t at) const { return record_.steps[at]; }
    template <typename Test>
    [[nodiscard]] std::optional<std::size_t> last(std::size_t packet, Test test) const
    {
        for (const std::size_t at : std::views::reverse(of_[packet])) {
            if (test(step(at)))
                return at;
        }
        return {};
    }

private:
    const Record& record_;
    std::vector<std::vector<std::size_t>> of_;
};

bool untaken(const Record::Step& step)
{
    return step.stage == Stage::socket && step.action != Action::deliver;
}

// Does a reader have to know this step to understand a later one? Where the packet was translated,
// left untracked or sent another way.
bool matters(const Record::Step& step)
{
    return step.before || step.action == Action::notrack || step.action == Action::divert;
}

// Those steps of a packet before `last`, and `last` itself.
std::vector<std::size_t> chain_to(const Walks& walks, std::size_t packet, std::size_t last)
{
    std::vector<std::size_t> chain;
    for (const std::size_t at : walks.steps(packet)) {
        if (at < last && matters(walks.step(at)))
            chain.push_back(at);
    }
    chain.push_back(last);
    return chain;
}

// How an answer came to a source port that its receiver does not know: what conntrack made of the
// SYN+ACK and of the packet itself, `moved`, and where it ended.
std::vector<std::size_t>
chain_of_clash(const Walks& walks, std::size_t packet, std::size_t moved, std::size_t end)
{
    const Namespace* netns = walks.step(moved).netns;
    const auto tracked_as = [netns](const Record::Step& step, Action action) {
        return step.netns == netns && step.stage == Stage::conntrack && step.action == action;
    };
    std::vector<std::size_t> chain;
    for (std::size_t i = 0; i < walks.packets() && chain.empty(); ++i) {
        if (!is_syn_ack(walks.packet(i).seen))
            continue;
        const auto found = std::ranges::find_if(walks.steps(i), [&](std::size_t at) {
            return tracked_as(walks.step(at), Action::invalid);
        });
        if (found != walks.steps(i).end())
            chain.push_back(*found);
    }
    const auto begun = walks.last(packet, [&](const Record::Step& step) {
        return &step < &walks.step(moved) && tracked_as(step, Action::new_);
    });
    if (begun)
        chain.push_back(*begun);
    chain.push_back(moved);
    chain.push_back(end);
    return chain;
}

// The answer was given a source port that its receiver does not know.
std::optional<Cause> clash(const Walks& walks)
{
    for (std::size_t i = 0; i < walks.packets(); ++i) {
        const auto& steps = walks.steps(i);
        const auto moved = std::ranges::find_if(steps, [&](std::size_t at) {
            const Record::Step& step = walks.step(at);
            return step.action == Action::null_binding && step.before &&
                   step.before->source_port != step.seen.source_port;
        });
        const auto end = std::find_if(moved, steps.end(),
                                      [&](std::size_t at) { return untaken(walks.step(at)); });
        if (end != steps.end())
            return Cause{.kind = CauseKind::conntrack_clash,
                         .step = *moved,
                         .chain = chain_of_clash(walks, i, *moved, *end),
                         .summary = {}};
    }
    return {};
}

CauseKind kind_of_rule(const Record& record, const Record::Step& step, const ByRule& by)
{
    if (parted_networks(record, step))
        return CauseKind::isolation;
    if (step.action == Action::reject)
        return CauseKind::reject;
    return by.rule->number == 0 ? CauseKind::policy : CauseKind::filter;
}

// The kind of a step in which a packet ends.
CauseKind kind_of(const Record& record, const Record::Step& step)
{
    if (const auto* by = std::get_if<ByRule>(&step.because))
        return kind_of_rule(record, step, *by);
    if (step.stage == Stage::route && std::holds_alternative<BySysctl>(step.because))
        return CauseKind::forwarding_off;
    if (step.stage == Stage::veth && !step.device->link->up)
        return CauseKind::link_down;
    return model::cause_kind(step.stage);
}

Cause ended_by(const Record& record, const Walks& walks, std::size_t packet, std::size_t at)
{
    return {.kind = kind_of(record, record.steps[at]),
            .step = at,
            .chain = chain_to(walks, packet, at),
            .summary = {}};
}

// Was the search for a neighbour lost in this step? Those who do not have the address pay no heed
// to their copy of the question.
bool loses_search(const Record::Step& step, const net::IpAddress& wanted)
{
    if (step.action == Action::ignore)
        return step.netns->facts->has_address(wanted) &&
               !std::holds_alternative<ByKernel>(step.because);
    return model::ends(step.action);
}

// A macvlan and the device that it stands on do not hear each other (macvlan_queue_xmit()).
const Device* kept_apart(const Device& asking, const net::IpAddress& wanted)
{
    if (asking.link->macvlan_mode && asking.lower != nullptr && asking.lower->has_address(wanted))
        return asking.lower;
    const auto upper = std::ranges::find_if(asking.uppers, [&](const Device* one) {
        return one->link->macvlan_mode && one->has_address(wanted);
    });
    return upper == asking.uppers.end() ? nullptr : *upper;
}

Cause apart(const Walks& walks, std::size_t packet, std::size_t at, const Device& other)
{
    const Device& asking = *walks.step(at).device;
    return {.kind = CauseKind::macvlan,
            .step = {},
            .chain = chain_to(walks, packet, at),
            .summary = fmt::format("macvlan keeps {} in {} and {} in {} apart: neither hears what "
                                   "the other sends",
                                   asking.name(), asking.netns->name(), other.name(),
                                   other.netns->name())};
}

// A packet that waited in vain for the address of a neighbour, in step `at`: what became of the
// question, or of the answer to it.
Cause unresolved(const Record& record, const Walks& walks, std::size_t waiting, std::size_t at)
{
    std::vector<bool> searches(walks.packets());
    searches[waiting] = true;
    for (std::size_t i = waiting + 1; i < walks.packets(); ++i) {
        const Record::Packet& packet = walks.packet(i);
        searches[i] =
            is_neighbour_search(packet.seen) && packet.answers != 0 && searches[packet.answers - 1];
        if (!searches[i])
            continue;
        const net::IpAddress& wanted = packet.seen.destination;
        if (const auto lost =
                walks.last(i, [&](const Record::Step& step) { return loses_search(step, wanted); }))
            return ended_by(record, walks, i, *lost);
        if (const Device* other = kept_apart(*walks.step(at).device, wanted))
            return apart(walks, waiting, at, *other);
    }
    return ended_by(record, walks, waiting, at);
}

// A packet that was too large for step `at`: what became of the error that tells its sender to send
// smaller ones.
Cause too_large(const Record& record, const Walks& walks, std::size_t packet, std::size_t at)
{
    for (std::size_t i = packet + 1; i < walks.packets(); ++i) {
        if (walks.packet(i).answers != packet + 1)
            continue;
        const auto lost =
            walks.last(i, [](const Record::Step& step) { return model::ends(step.action); });
        if (lost)
            return {.kind = CauseKind::mtu, .step = lost, .chain = {at, *lost}, .summary = {}};
    }
    return ended_by(record, walks, packet, at);
}

// That a neighbour is unknown is never the cause itself, nor that a packet is too large if its
// sender would send smaller ones.
Cause lost_at(const Record& record, const Walks& walks, std::size_t packet, std::size_t at)
{
    switch (walks.step(at).stage) {
    case Stage::neighbour:
        return unresolved(record, walks, packet, at);
    case Stage::mtu:
        return too_large(record, walks, packet, at);
    default:
        return ended_by(record, walks, packet, at);
    }
}

// The first packet of the exchange that was lost, from packet `from` on. One that was answered with
// RST has arrived; what became of the RST is looked at in its turn.
std::optional<Cause> first_loss(const Record& record, const Walks& walks, std::size_t from)
{
    for (std::size_t i = from; i < walks.packets(); ++i) {
        if (is_neighbour_search(walks.packet(i).seen) || is_redirect(walks.packet(i).seen))
            continue;
        const auto at = walks.last(i, [](const Record::Step& step) {
            return model::ends(step.action) && step.action != Action::reset;
        });
        if (at && (walks.step(*at).stage != Stage::socket || walks.packet(i).answers == 0))
            return lost_at(record, walks, i, *at);
    }
    return {};
}

// Who sent the RST or the ICMP error that the client got.
std::optional<Cause> refusal(const Record& record, const Walks& walks)
{
    for (std::size_t i = 0; i < walks.packets(); ++i) {
        const Record::Packet& packet = walks.packet(i);
        if (walks.steps(i).empty() || packet.answers == 0 || !is_refusal(packet.seen))
            continue;
        const Record::Step& last = walks.step(walks.steps(i).back());
        if (last.stage != Stage::socket || last.action != Action::deliver)
            continue;
        const std::size_t refused = packet.answers - 1;
        const auto at =
            walks.last(refused, [](const Record::Step& step) { return model::ends(step.action); });
        if (at)
            return lost_at(record, walks, refused, *at);
    }
    return {};
}

// An answer that a bridge of the host brought back to the client without the translation of the
// request being undone, so that the client does not know whom it is from.
std::optional<Cause> past_nat(const Walks& walks)
{
    for (std::size_t i = 0; i < walks.packets(); ++i) {
        const Record::Packet& answer = walks.packet(i);
        if (answer.answers == 0 || walks.steps(i).empty() ||
            !untaken(walks.step(walks.steps(i).back())))
            continue;
        const auto translated = walks.last(answer.answers - 1, [&](const Record::Step& step) {
            return step.before && step.before->destination != step.seen.destination &&
                   step.before->source == answer.seen.destination;
        });
        if (!translated)
            continue;
        const auto undone = walks.last(i, [](const Record::Step& step) { return step.before; });
        const auto switched = walks.last(i, [&](const Record::Step& step) {
            return step.netns == walks.step(*translated).netns && step.stage == Stage::fdb;
        });
        if (switched && !undone)
            return Cause{.kind = CauseKind::past_nat,
                         .step = switched,
                         .chain = {*translated, *switched, walks.steps(i).back()},
                         .summary = {}};
    }
    return {};
}

// A packet that a rule on a bridge gave to a socket, in vain.
std::optional<Cause> orphaned(const Walks& walks)
{
    for (std::size_t i = 0; i < walks.packets(); ++i) {
        const auto lost =
            walks.last(i, [](const Record::Step& step) { return step.action == Action::orphan; });
        if (lost)
            return Cause{.kind = CauseKind::tproxy,
                         .step = lost,
                         .chain = chain_to(walks, i, *lost),
                         .summary = {}};
    }
    return {};
}

// Where the data begins: a loss after the handshake is looked for from there.
std::size_t first_data(const Record& record)
{
    const auto found = std::ranges::find_if(record.packets,
                                            [](const auto& packet) { return packet.payload != 0; });
    return static_cast<std::size_t>(found - record.packets.begin());
}

Cause delivered(const Walks& walks)
{
    Cause cause{.kind = CauseKind::delivered,
                .step = {},
                .chain = {},
                .summary = "the request arrived and the answer came back"};
    if (walks.packets() != 0 && !walks.steps(0).empty())
        cause.chain = chain_to(walks, 0, walks.steps(0).back());
    return cause;
}

} // namespace

Cause find_cause(Outcome outcome, const Record& record)
{
    const Walks walks(record);
    if (outcome == Outcome::delivered)
        return delivered(walks);
    if (auto cause = clash(walks))
        return *std::move(cause);
    for (const auto look : {past_nat, orphaned}) {
        if (auto cause = look(walks))
            return *std::move(cause);
    }
    if (outcome == Outcome::refused || outcome == Outcome::reset ||
        outcome == Outcome::unreachable) {
        if (auto cause = refusal(record, walks))
            return *std::move(cause);
    }
    const bool connected = outcome == Outcome::stalled || outcome == Outcome::reset;
    if (auto cause = first_loss(record, walks, connected ? first_data(record) : 0))
        return *std::move(cause);
    return {.kind = CauseKind::no_answer,
            .step = {},
            .chain = {},
            .summary = "nothing that was sent has been answered"};
}

} // namespace onlan::simulate
