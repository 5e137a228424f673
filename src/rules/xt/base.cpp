#include <fmt/format.h>

#include "rules/machine/reading.hpp"
#include "rules/xt/matches.hpp"
#include "rules/xt/words.hpp"

namespace onlan::rules::xt {
namespace {

Result<> add_address(Field field, const Option& option, const Scope& scope, Draft& draft)
{
    ONLAN_TRY(CompareExpression comparison, masked_address(field, option, scope));
    draft.add_comparison(std::move(comparison));
    return {};
}

Result<> add_protocol(const Option& option, Draft& draft)
{
    if (option.word() == "all" || option.word() == "0")
        return {};
    ONLAN_TRY(const std::uint64_t protocol, number_of(option.word(), protocols()));
    draft.add_number(Field::l4proto, protocol, option.inverted);
    return {};
}

} // namespace

// ip_packet_match(), net/ipv4/netfilter/ip_tables.c. A missing device has the empty name, so that
// "! -i eth0" matches without one.
Result<> add_base(const Option& option, const Scope& scope, Draft& draft)
{
    const std::string& name = option.name;
    if (name == "-s" || name == "--source")
        return add_address(scope.ipv4() ? Field::ip_saddr : Field::ip6_saddr, option, scope, draft);
    if (name == "-d" || name == "--destination")
        return add_address(scope.ipv4() ? Field::ip_daddr : Field::ip6_daddr, option, scope, draft);
    if (name == "-p" || name == "--protocol")
        return add_protocol(option, draft);
    if (name == "-i" || name == "--in-interface")
        draft.add_field(Field::iifname, device_names(option.word()), option.inverted);
    else if (name == "-o" || name == "--out-interface")
        draft.add_field(Field::oifname, device_names(option.word()), option.inverted);
    else if (name == "-f" || name == "--fragment")
        draft.add_number(Field::later_fragment, 1, option.inverted);
    else
        return not_understood(fmt::format("the option {} is not known", name));
    return {};
}

} // namespace onlan::rules::xt
