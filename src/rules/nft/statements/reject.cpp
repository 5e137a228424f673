#include <array>

#include <fmt/format.h>

#include "net/protocols.hpp"
#include "rules/machine/reading.hpp"
#include "rules/machine/symbols.hpp"
#include "rules/nft/statement.hpp"

namespace onlan::rules::nft::statements {
namespace {

constexpr std::uint32_t kPortUnreachable = 3;
constexpr std::uint32_t kPortUnreachableV6 = 4;
constexpr std::uint32_t kPortUnreachableX = 1;

// icmp_code_v4[] and icmp_code_v6[], net/netfilter/nft_reject.c
RejectPacket icmpx(std::uint32_t code)
{
    constexpr std::array<std::uint8_t, 4> kV4 = {0, 3, 1, 13};
    constexpr std::array<std::uint8_t, 4> kV6 = {0, 4, 3, 1};
    return {.ipv4 = icmp_unreachable(kV4.at(code & 3U)),
            .ipv6 = icmpv6_unreachable(kV6.at(code & 3U))};
}

Result<std::uint32_t>
code_of(const Json& json, Datatype datatype, std::uint32_t otherwise, const Scope& scope)
{
    const Json* code = find_member(json, "expr");
    if (code == nullptr)
        return otherwise;
    ONLAN_TRY(const Value value, constant(*code, datatype, scope.devices));
    return static_cast<std::uint32_t>(value.low);
}

Result<RejectPacket> reject_of(const Json& json, const Scope& scope)
{
    std::string type = optional_text(json, "type");
    if (type.empty())
        type = scope.family == "ip" ? "icmp" : scope.family == "ip6" ? "icmpv6" : "icmpx";
    if (type == "tcp reset") {
        const Reject reset{.kind = RejectKind::tcp_reset, .type = 0, .code = 0};
        return RejectPacket{.ipv4 = reset, .ipv6 = reset};
    }
    if (type == "icmpx") {
        ONLAN_TRY(const std::uint32_t code,
                  code_of(json, Datatype::icmpx_code, kPortUnreachableX, scope));
        return icmpx(code);
    }
    if (type == "icmp") {
        ONLAN_TRY(const std::uint32_t code,
                  code_of(json, Datatype::icmp_code, kPortUnreachable, scope));
        return RejectPacket{.ipv4 = icmp_unreachable(code), .ipv6 = std::nullopt};
    }
    if (type == "icmpv6") {
        ONLAN_TRY(const std::uint32_t code,
                  code_of(json, Datatype::icmpv6_code, kPortUnreachableV6, scope));
        return RejectPacket{.ipv4 = std::nullopt, .ipv6 = icmpv6_unreachable(code)};
    }
    return not_understood(fmt::format("reject with {} is not known", type));
}

Result<> add_reject(const std::string& /*name*/, const Json& json, const Scope& scope, Draft& draft)
{
    ONLAN_TRY(const RejectPacket reject, reject_of(json, scope));
    // nft leaves out what goes without saying.
    if (reject.ipv4 && reject.ipv4->kind == RejectKind::tcp_reset)
        draft.add_number(Field::l4proto, net::kTcp);
    else if (!reject.ipv6)
        draft.add_number(Field::protocol, net::kEtherIpv4);
    else if (!reject.ipv4)
        draft.add_number(Field::protocol, net::kEtherIpv6);
    draft.add(OtherStep(reject));
    return {};
}

std::string reject_words(const std::string& name, const Json& reject)
{
    const std::string type = optional_text(reject, "type");
    if (type.empty())
        return name;
    const std::string code = words_of(reject, "expr");
    return fmt::format("{} with {}{}{}", name, type, code.empty() ? "" : " ", code);
}

} // namespace

std::span<const Statement> reject()
{
    static constexpr auto kRows = std::to_array<Statement>({
        {"reject", add_reject, reject_words},
    });
    return kRows;
}

} // namespace onlan::rules::nft::statements
