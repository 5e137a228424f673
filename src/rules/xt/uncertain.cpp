#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "rules/xt/matches.hpp"
#include "rules/xt/words.hpp"

namespace onlan::rules::xt::matches {
namespace {

// They depend on the clock, on chance, on what other packets have done or on what is in the packet.
struct Uncertain {
    std::string_view name;
    std::string_view yes;
    std::string_view no;
    bool of_connection = false; // that conntrack tracks
};
constexpr auto kUncertain = std::to_array<Uncertain>({
    {"statistic", "the packet is picked", "the packet is not picked"},
    {"random", "the packet is picked", "the packet is not picked"},
    {"nth", "it is this packet's turn", "it is not this packet's turn"},
    {"time", "the current time matches", "the current time does not match"},
    {"string", "the packet contains the string", "the packet does not contain the string"},
    {"u32", "the packet's bytes match", "the packet's bytes do not match"},
    {"bpf", "the BPF program accepts the packet", "the BPF program does not accept the packet"},
    {"cgroup", "the sender is in the group", "the sender is not in the group"},
    {"connbytes", "the amount sent matches", "the amount sent does not match", true},
    {"helper", "the helper handles the connection", "the helper does not handle the connection",
     true},
    {"connlabel", "the connection has the label", "the connection does not have the label", true},
    {"cluster", "this node handles the connection", "another node handles the connection", true},
    {"eui64", "the address is derived from the MAC", "the address is not derived from the MAC"},
    {"ipv6header", "the headers match", "the headers do not match"},
    {"ecn", "the ECN bits match", "the ECN bits do not match"},
    {"realm", "the route has the realm", "the route does not have the realm"},
    {"cpu", "this processor handles the packet", "another processor handles the packet"},
    {"osf", "the sender's system matches", "the sender's system does not match"},
    {"ipvs", "IPVS handles the packet", "IPVS does not handle the packet"},
    {"rateest", "the rate matches", "the rate does not match"},
    {"addrlabel", "the label matches", "the label does not match"},
});

Result<> add_uncertain(const Extension& match, const Scope& /*scope*/, Draft& draft)
{
    const auto* found = std::ranges::find(kUncertain, match.name, &Uncertain::name);
    draft.needs_conntrack = draft.needs_conntrack || found->of_connection;
    draft.add(OtherStep(Maybe{.yes = std::string(found->yes), .no = std::string(found->no)}));
    return {};
}

// xt_nfacct only counts.
Result<> add_nothing(const Extension& /*match*/, const Scope& /*scope*/, Draft& /*draft*/)
{
    return {};
}

} // namespace

std::span<const ExtensionKind> uncertain()
{
    static constexpr auto kRows = [] {
        std::array<ExtensionKind, kUncertain.size() + 2> rows{};
        std::ranges::transform(kUncertain, rows.begin(), [](const Uncertain& uncertain) {
            return ExtensionKind{uncertain.name, add_uncertain};
        });
        rows[kUncertain.size()] = {"comment", add_nothing};
        rows[kUncertain.size() + 1] = {"nfacct", add_nothing};
        return rows;
    }();
    return kRows;
}

} // namespace onlan::rules::xt::matches
