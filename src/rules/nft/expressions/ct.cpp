#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "rules/machine/reading.hpp"
#include "rules/nft/expression.hpp"

namespace onlan::rules::nft {
namespace {

struct Key {
    std::string_view name;
    Field any = Field::unknown; // without a direction
    Field original = Field::unknown;
    Field reply = Field::unknown;
};
constexpr auto kCtKeys = std::to_array<Key>({
    {"state", Field::ct_state},
    {"direction", Field::ct_direction},
    {"status", Field::ct_status},
    {"mark", Field::ct_mark},
    {"zone", Field::ct_zone, Field::ct_original_zone, Field::ct_reply_zone},
    {"l3proto", Field::ct_l3proto, Field::ct_l3proto, Field::ct_l3proto},
    {"protocol", Field::ct_protocol, Field::ct_protocol, Field::ct_protocol},
    {"saddr", Field::ct_saddr, Field::ct_original_saddr, Field::ct_reply_saddr},
    {"daddr", Field::ct_daddr, Field::ct_original_daddr, Field::ct_reply_daddr},
    {"ip saddr", Field::ct_saddr, Field::ct_original_saddr, Field::ct_reply_saddr},
    {"ip daddr", Field::ct_daddr, Field::ct_original_daddr, Field::ct_reply_daddr},
    {"ip6 saddr", Field::ct_saddr, Field::ct_original_saddr, Field::ct_reply_saddr},
    {"ip6 daddr", Field::ct_daddr, Field::ct_original_daddr, Field::ct_reply_daddr},
    {"proto-src", Field::ct_sport, Field::ct_original_sport, Field::ct_reply_sport},
    {"proto-dst", Field::ct_dport, Field::ct_original_dport, Field::ct_reply_dport},
    // These exist, but no snapshot tells them.
    {"expiration"},
    {"helper"},
    {"bytes"},
    {"packets"},
    {"avgpkt"},
    {"id"},
    {"label"},
    {"secmark"},
    {"event"},
    {"count"},
});

} // namespace

Result<Operand> ct(const Json& json)
{
    ONLAN_TRY(const std::string name, text_member(json, "key"));
    const auto* key = std::ranges::find(kCtKeys, name, &Key::name);
    if (key == kCtKeys.end())
        return not_understood(fmt::format("ct {} is not known", name));
    const std::string direction = optional_text(json, "dir");
    const Field field = direction == "original" ? key->original
                        : direction == "reply"  ? key->reply
                                                : key->any;
    Operand operand = Operand::of(field);
    if (field == Field::unknown)
        operand.types = {Datatype::other};
    operand.conntrack = true;
    return operand;
}

} // namespace onlan::rules::nft
