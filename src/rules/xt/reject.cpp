#include <array>

#include <fmt/format.h>

#include "rules/machine/reading.hpp"
#include "rules/machine/symbols.hpp"
#include "rules/xt/targets.hpp"

namespace onlan::rules::xt::targets {
namespace {

// reject_tg(), net/ipv4/netfilter/ipt_REJECT.c: codes of ICMP_DEST_UNREACH
constexpr auto kIpv4 = std::to_array<Symbol>({
    {"icmp-net-unreachable", 0},
    {"icmp-host-unreachable", 1},
    {"icmp-proto-unreachable", 2},
    {"icmp-port-unreachable", 3},
    {"icmp-net-prohibited", 9},
    {"icmp-host-prohibited", 10},
    {"icmp-admin-prohibited", 13},
});
// reject_tg6(), net/ipv6/netfilter/ip6t_REJECT.c: codes of ICMPV6_DEST_UNREACH
constexpr auto kIpv6 = std::to_array<Symbol>({
    {"icmp6-no-route", 0},
    {"icmp6-adm-prohibited", 1},
    {"icmp6-addr-unreachable", 3},
    {"icmp6-port-unreachable", 4},
    {"icmp6-policy-fail", 5},
    {"icmp6-reject-route", 6},
});

Result<> add_reject(const Extension& target, const Scope& scope, Draft& draft)
{
    const Option* with = target.find("--reject-with");
    const std::string_view usual =
        scope.ipv4() ? "icmp-port-unreachable" : "icmp6-port-unreachable";
    const std::string_view name = with == nullptr ? usual : with->word();
    if (name == "tcp-reset") {
        const Reject reset{.kind = RejectKind::tcp_reset, .type = 0, .code = 0};
        draft.add(OtherStep(RejectPacket{.ipv4 = reset, .ipv6 = reset}));
        return {};
    }
    const auto code = scope.ipv4() ? find_symbol(kIpv4, name) : find_symbol(kIpv6, name);
    if (!code)
        return not_understood(fmt::format("REJECT --reject-with {} is not known", name));
    const Reject reject = scope.ipv4() ? icmp_unreachable(*code) : icmpv6_unreachable(*code);
    draft.add(OtherStep(RejectPacket{.ipv4 = reject, .ipv6 = reject}));
    return {};
}

} // namespace

std::span<const ExtensionKind> reject()
{
    static constexpr auto kRows = std::to_array<ExtensionKind>({
        {"REJECT", add_reject},
    });
    return kRows;
}

} // namespace onlan::rules::xt::targets
