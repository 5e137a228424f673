#include <fmt/format.h>

#include "rules/machine/reading.hpp"
#include "rules/xt/matches.hpp"
#include "rules/xt/words.hpp"

namespace onlan::rules::xt::matches {
namespace {

Result<> add_physdev(const Extension& match, const Scope& /*scope*/, Draft& draft)
{
    Physdev physdev;
    for (const Option& option : match.options) {
        const auto asked = option.inverted ? Physdev::Asked::inverted : Physdev::Asked::yes;
        if (option.name == "--physdev-in") {
            physdev.in = asked;
            physdev.in_name = device_names(option.word());
        } else if (option.name == "--physdev-out") {
            physdev.out = asked;
            physdev.out_name = device_names(option.word());
        } else if (option.name == "--physdev-is-in") {
            physdev.is_in = asked;
        } else if (option.name == "--physdev-is-out") {
            physdev.is_out = asked;
        } else if (option.name == "--physdev-is-bridged") {
            physdev.is_bridged = asked;
        } else {
            return not_understood(
                fmt::format("the option {} of physdev is not known", option.name));
        }
    }
    draft.add(OtherStep(physdev));
    return {};
}

Result<> add_pkttype(const Extension& match, const Scope& /*scope*/, Draft& draft)
{
    for (const Option& option : match.options) {
        ONLAN_TRY(const std::uint64_t type, number_of(option.word(), packet_types()));
        draft.add_number(Field::pkttype, type, option.inverted);
    }
    return {};
}

// mac_mt(), net/netfilter/xt_mac.c: what this host sends has no source yet.
Result<> add_mac(const Extension& match, const Scope& /*scope*/, Draft& draft)
{
    for (const Option& option : match.options) {
        ONLAN_TRY(const net::MacAddress mac, net::MacAddress::parse(option.word()));
        draft.add_field(Field::ether_saddr, Interval::point(Value::of(mac)), option.inverted);
    }
    return {};
}

Result<> add_devgroup(const Extension& match, const Scope& /*scope*/, Draft& draft)
{
    for (const Option& option : match.options) {
        ONLAN_TRY(const Masked masked, masked_of(option.word(), device_groups()));
        const Field field = option.name == "--src-group" ? Field::iifgroup : Field::oifgroup;
        draft.add_comparison(masked_comparison(field, masked, option.inverted));
    }
    return {};
}

} // namespace

std::span<const ExtensionKind> devices()
{
    static constexpr auto kRows = std::to_array<ExtensionKind>({
        {"physdev", add_physdev},
        {"pkttype", add_pkttype},
        {"mac", add_mac},
        {"devgroup", add_devgroup},
    });
    return kRows;
}

} // namespace onlan::rules::xt::matches
