#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "rules/xt/matches.hpp"
#include "rules/xt/words.hpp"

namespace onlan::rules::xt::matches {
namespace {

// They depend on the clock, on chance, on packets before this one or on what is in the packet.
struct Uncertain {
    std::string_view name;
    std::string_view yes;
    std::string_view no;
    bool of_connection = false; // that conntrack tracks
};
constexpr auto kUncertain = std::to_array<Uncertain>({
    {"limit", "the limit is not exceeded", "the limit is exceeded"},
    {"hashlimit", "the limit is not exceeded", "the limit is exceeded"},
    {"statistic", "the packet is drawn", "the packet is not drawn"},
    {"random", "the packet is drawn", "the packet is not drawn"},
    {"nth", "it is this packet's turn", "it is not this packet's turn"},
    {"recent", "the address was seen", "the address was not seen"},
    {"time", "it is the time for it", "it is not the time for it"},
    {"string", "the packet holds the string", "the packet does not hold the string"},
    {"u32", "the packet's bytes are as asked", "the packet's bytes are not as asked"},
    {"bpf", "the BPF program accepts the packet", "the BPF program does not accept the packet"},
    {"cgroup", "the sender is in the group", "the sender is not in the group"},
    {"connlimit", "there are that many connections", "there are not that many connections", true},
    {"connbytes", "that much was sent", "that much was not sent", true},
    {"quota", "the quota is not used up", "the quota is used up"},
    {"quota2", "the quota is not used up", "the quota is used up"},
    {"socket", "there is such a socket", "there is no such socket"},
    {"helper", "the helper has the connection", "the helper does not have the connection", true},
    {"connlabel", "the connection has the label", "the connection does not have the label", true},
    {"cluster", "this node has the connection", "another node has the connection", true},
    {"tcpmss", "the MSS is as asked", "the MSS is not as asked"},
    {"eui64", "the address is made of the MAC", "the address is not made of the MAC"},
    {"ipv6header", "the headers are as asked", "the headers are not as asked"},
    {"ecn", "the ECN bits are as asked", "the ECN bits are not as asked"},
    {"realm", "the route has the realm", "the route does not have the realm"},
    {"cpu", "this processor has the packet", "another processor has the packet"},
    {"osf", "the sender's system is as asked", "the sender's system is not as asked"},
    {"ipvs", "IPVS has the packet", "IPVS does not have the packet"},
    {"rateest", "the rate is as asked", "the rate is not as asked"},
    {"addrlabel", "the label is as asked", "the label is not as asked"},
});

// recent_mt(): `--set` always matches.
bool is_certain(const Extension& match)
{
    return match.name == "recent" && match.has("--set");
}

Result<> add_uncertain(const Extension& match, const Scope& /*scope*/, Draft& draft)
{
    const auto* found = std::ranges::find(kUncertain, match.name, &Uncertain::name);
    draft.needs_conntrack = draft.needs_conntrack || found->of_connection;
    if (!is_certain(match))
        draft.add(OtherStep(Maybe{.yes = std::string(found->yes), .no = std::string(found->no)}));
    else if (match.find("--set")->inverted)
        draft.add_number(Field::none, 0);
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
