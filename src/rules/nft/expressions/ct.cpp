#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "rules/machine/reading.hpp"
#include "rules/nft/expression.hpp"

namespace onlan::rules::nft::expressions {
namespace {

// They exist, but no snapshot tells them.
constexpr auto kUntoldCt =
    std::to_array<std::string_view>({"expiration", "helper", "bytes", "packets", "avgpkt", "id",
                                     "label", "secmark", "event", "count"});

// Both directions of a connection have the same.
bool is_of_both(std::string_view key)
{
    return key == "l3proto" || key == "protocol";
}

// The family that nft may put before an address says nothing that the packet does not.
std::string_view without_family(std::string_view key)
{
    for (const std::string_view family : {"ip ", "ip6 "}) {
        if (key.starts_with(family))
            key.remove_prefix(family.size());
    }
    return key;
}

Result<Operand> read_ct(const std::string& name, const Json& json, const Scope& /*scope*/)
{
    ONLAN_TRY(const std::string written, text_member(json, "key"));
    const std::string_view key = without_family(written);
    const std::string direction = is_of_both(key) ? std::string() : optional_text(json, "dir");
    const auto field = direction.empty()
                           ? field_named(fmt::format("{} {}", name, key))
                           : field_named(fmt::format("{} {} {}", name, direction, key));
    const bool exists = field_named(fmt::format("{} {}", name, key)).has_value() ||
                        std::ranges::find(kUntoldCt, key) != kUntoldCt.end();
    if (!field && !exists)
        return not_understood(fmt::format("ct {} is not known", written));
    Operand operand = field ? Operand::of(*field) : Operand::untold();
    operand.conntrack = true;
    return operand;
}

std::string ct_words(const std::string& /*name*/, const Json& ct)
{
    const std::string direction = words_of(ct, "dir");
    const std::string family = words_of(ct, "family");
    return fmt::format("ct {}{}{}{}{}", direction, direction.empty() ? "" : " ", family,
                       family.empty() ? "" : " ", words_of(ct, "key"));
}

} // namespace

std::span<const ExpressionKind> ct()
{
    static constexpr auto kRows = std::to_array<ExpressionKind>({
        {"ct", read_ct, ct_words},
    });
    return kRows;
}

} // namespace onlan::rules::nft::expressions
