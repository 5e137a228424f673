#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "rules/machine/reading.hpp"
#include "rules/nft/expression.hpp"

namespace onlan::rules::nft {
namespace {

constexpr auto kMetaKeys = std::to_array<std::pair<std::string_view, Field>>({
    {"length", Field::length},
    {"protocol", Field::protocol},
    {"nfproto", Field::nfproto},
    {"l4proto", Field::l4proto},
    {"priority", Field::priority},
    {"mark", Field::mark},
    {"iif", Field::iif},
    {"iifname", Field::iifname},
    {"iiftype", Field::iiftype},
    {"iifkind", Field::iifkind},
    {"iifgroup", Field::iifgroup},
    {"oif", Field::oif},
    {"oifname", Field::oifname},
    {"oiftype", Field::oiftype},
    {"oifkind", Field::oifkind},
    {"oifgroup", Field::oifgroup},
    {"skuid", Field::skuid},
    {"skgid", Field::skgid},
    {"pkttype", Field::pkttype},
    {"ibrname", Field::ibrname},
    {"obrname", Field::obrname},
    {"sdif", Field::sdif},
    {"sdifname", Field::sdifname},
    {"ibriport", Field::ibrname},
    {"obriport", Field::obrname},
    // These exist, but no snapshot tells them.
    {"random", Field::unknown},
    {"time", Field::unknown},
    {"day", Field::unknown},
    {"hour", Field::unknown},
    {"cpu", Field::unknown},
    {"cgroup", Field::unknown},
    {"rtclassid", Field::unknown},
    {"secmark", Field::unknown},
    {"nftrace", Field::unknown},
    {"ibrvproto", Field::unknown},
    {"ibrpvid", Field::unknown},
    {"ibrhwaddr", Field::unknown},
    {"broute", Field::unknown},
});

} // namespace

Result<Operand> meta(const Json& json)
{
    ONLAN_TRY(const std::string key, text_member(json, "key"));
    // No packet of ours comes out of an IPsec transformation.
    if (key == "ipsec" || key == "secpath")
        return Operand{.parts = {Expression{.source = Value{}}}, .types = {Datatype::boolean}};
    const auto* found =
        std::ranges::find(kMetaKeys, key, &std::pair<std::string_view, Field>::first);
    if (found == kMetaKeys.end())
        return not_understood(fmt::format("meta {} is not known", key));
    Operand operand = Operand::of(found->second);
    if (found->second == Field::unknown)
        operand.types = {Datatype::other};
    return operand;
}

} // namespace onlan::rules::nft
