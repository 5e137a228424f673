#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "rules/machine/reading.hpp"
#include "rules/nft/expression.hpp"

namespace onlan::rules::nft::expressions {
namespace {

// They exist, but no snapshot tells them.
constexpr auto kUntoldMeta = std::to_array<std::string_view>(
    {"random", "time", "day", "hour", "cpu", "cgroup", "rtclassid", "secmark", "nftrace",
     "ibrvproto", "ibrpvid", "ibrhwaddr", "broute"});

// nft's older names for the bridge of a port.
std::string_view own_name(std::string_view key)
{
    return key == "ibriport" ? "ibrname" : key == "obriport" ? "obrname" : key;
}

Result<Operand> read_meta(const std::string& name, const Json& json, const Scope& /*scope*/)
{
    ONLAN_TRY(const std::string key, text_member(json, "key"));
    // No packet of ours comes out of an IPsec transformation.
    if (key == "ipsec" || key == "secpath")
        return Operand{.parts = {Expression{.source = Value{}}}, .types = {Datatype::boolean}};
    if (const auto field = field_named(fmt::format("{} {}", name, own_name(key))))
        return Operand::of(*field);
    if (std::ranges::find(kUntoldMeta, key) != kUntoldMeta.end())
        return Operand::untold();
    return not_understood(fmt::format("meta {} is not known", key));
}

std::string meta_words(const std::string& name, const Json& meta)
{
    // nft leaves "meta" out before these.
    constexpr auto kUnqualified =
        std::to_array<std::string_view>({"iif", "iifname", "iiftype", "iifgroup", "oif", "oifname",
                                         "oiftype", "oifgroup", "skuid", "skgid", "rtclassid"});
    std::string key = words_of(meta, "key");
    const bool short_form = std::ranges::find(kUnqualified, key) != kUnqualified.end();
    return short_form ? key : fmt::format("{} {}", name, key);
}

} // namespace

std::span<const ExpressionKind> meta()
{
    static constexpr auto kRows = std::to_array<ExpressionKind>({
        {"meta", read_meta, meta_words},
    });
    return kRows;
}

} // namespace onlan::rules::nft::expressions
