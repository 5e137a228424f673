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
    ONLAN_TRY(const std::uint64_t protocol, protocol_of(option.word()));
    if (protocol != 0) // of any protocol
        draft.add_number(Field::l4proto, protocol, option.inverted);
    return {};
}

} // namespace

// ip_packet_match(), net/ipv4/netfilter/ip_tables.c. A missing device has the empty name, so that
// "! -i eth0" matches without one.
Result<> add_base(const Option& option, const Scope& scope, Draft& draft)
{
    const std::string& name = option.name;
    if (name == "-s")
        return add_address(scope.ipv4() ? Field::ip_saddr : Field::ip6_saddr, option, scope, draft);
    if (name == "-d")
        return add_address(scope.ipv4() ? Field::ip_daddr : Field::ip6_daddr, option, scope, draft);
    if (name == "-p")
        return add_protocol(option, draft);
    if (name == "-i")
        draft.add_field(Field::iifname, device_names(option.word()), option.inverted);
    else if (name == "-o")
        draft.add_field(Field::oifname, device_names(option.word()), option.inverted);
    else
        draft.add_number(Field::later_fragment, 1, option.inverted);
    return {};
}

} // namespace onlan::rules::xt
