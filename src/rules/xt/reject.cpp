#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "rules/reading.hpp"
#include "rules/xt/targets.hpp"

namespace onlan::rules::xt {
namespace {

struct Named {
    std::string_view name;
    std::string_view alias;
    std::uint8_t type = 0;
    std::uint8_t code = 0;
};
// reject_tg(), net/ipv4/netfilter/ipt_REJECT.c
constexpr auto kIpv4 = std::to_array<Named>({
    {"icmp-net-unreachable", "net-unreach", 3, 0},
    {"icmp-host-unreachable", "host-unreach", 3, 1},
    {"icmp-proto-unreachable", "proto-unreach", 3, 2},
    {"icmp-port-unreachable", "port-unreach", 3, 3},
    {"icmp-net-prohibited", "net-prohib", 3, 9},
    {"icmp-host-prohibited", "host-prohib", 3, 10},
    {"icmp-admin-prohibited", "admin-prohib", 3, 13},
});
// reject_tg6(), net/ipv6/netfilter/ip6t_REJECT.c
constexpr auto kIpv6 = std::to_array<Named>({
    {"icmp6-no-route", "no-route", 1, 0},
    {"icmp6-adm-prohibited", "adm-prohibited", 1, 1},
    {"icmp6-addr-unreachable", "addr-unreach", 1, 3},
    {"icmp6-port-unreachable", "port-unreach", 1, 4},
    {"icmp6-policy-fail", "policy-fail", 1, 5},
    {"icmp6-reject-route", "reject-route", 1, 6},
});

} // namespace

Result<bool> add_reject(const Extension& target, const Scope& scope, Draft& draft)
{
    if (target.name != "REJECT")
        return false;
    const Option* with = target.find("--reject-with");
    const std::string& name = with == nullptr ? std::string() : with->word();
    if (name == "tcp-reset" || name == "tcp-rst") {
        const Reject reset{.kind = RejectKind::tcp_reset, .type = 0, .code = 0};
        draft.add(OtherStep(RejectPacket{.ipv4 = reset, .ipv6 = reset}));
        return true;
    }
    const std::span<const Named> names =
        scope.ipv4() ? std::span<const Named>(kIpv4) : std::span<const Named>(kIpv6);
    const std::string_view wanted = name.empty() ? std::string_view("port-unreach") : name;
    const auto found = std::ranges::find_if(
        names, [&](const Named& one) { return one.name == wanted || one.alias == wanted; });
    if (found == names.end())
        return not_understood(fmt::format("REJECT --reject-with {} is not known", name));
    const Reject reject{.type = found->type, .code = found->code};
    draft.add(OtherStep(RejectPacket{.ipv4 = reject, .ipv6 = reject}));
    return true;
}

} // namespace onlan::rules::xt
