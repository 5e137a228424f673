#include <fmt/format.h>

#include "net/prefix.hpp"
#include "rules/machine/reading.hpp"
#include "rules/xt/targets.hpp"
#include "rules/xt/words.hpp"

namespace onlan::rules::xt::targets {
namespace {

Expression constant(const Value& value)
{
    return {.source = value};
}

Result<> set_ports(std::string_view text, Translate& translate)
{
    // "80-90/100": port shifting; the base does not change which ports may come out.
    ONLAN_TRY(const Interval ports,
              range_of(text.substr(0, text.find('/')), '-', 0xFFFF, services()));
    translate.first_port = constant(ports.first);
    translate.last_port = constant(ports.last);
    return {};
}

Result<> set_addresses(std::string_view text, Translate& translate)
{
    if (text.empty())
        return {};
    const std::vector<std::string> ends = split(text, '-');
    const auto bare = [](std::string_view address) {
        if (address.starts_with('['))
            address.remove_prefix(1);
        if (address.ends_with(']'))
            address.remove_suffix(1);
        return address;
    };
    ONLAN_TRY(const Value first, address_of(bare(ends.front())));
    ONLAN_TRY(const Value last, address_of(bare(ends.back())));
    translate.first_address = constant(first);
    translate.last_address = constant(last);
    return {};
}

// "10.0.0.2-10.0.0.9:80-90", "[fd00::2]:80", ":80"
Result<> set_destination(std::string_view text, const Scope& scope, Translate& translate)
{
    std::size_t colon = text.rfind(':');
    const std::size_t bracket = text.rfind(']');
    if (!scope.ipv4() && (bracket == std::string_view::npos || colon < bracket))
        colon = std::string_view::npos;
    if (colon != std::string_view::npos)
        ONLAN_CHECK(set_ports(text.substr(colon + 1), translate));
    return set_addresses(text.substr(0, colon), translate);
}

Result<> set_netmap(std::string_view text, Translate& translate)
{
    ONLAN_TRY(const net::InterfaceAddress to,
              net::InterfaceAddress::parse(text.find('/') == std::string_view::npos
                                               ? fmt::format("{}/32", text)
                                               : std::string(text)));
    translate.by_hook = true;
    translate.first_address = constant(Value::of(to.subnet().first()));
    translate.last_address = constant(Value::of(to.subnet().last()));
    return {};
}

template <NatKind kind>
Result<> add_nat(const Extension& target, const Scope& scope, Draft& draft)
{
    draft.needs_conntrack = true;
    Translate translate{.kind = kind};
    for (const Option& option : target.options) {
        if (option.name == "--to-source" || option.name == "--to-destination") {
            ONLAN_CHECK(set_destination(option.word(), scope, translate));
        } else if (option.name == "--to-ports") {
            ONLAN_CHECK(set_ports(option.word(), translate));
        } else if (option.name == "--to") {
            ONLAN_CHECK(set_netmap(option.word(), translate));
        } else if (option.name == "--random" || option.name == "--random-fully") {
            translate.random = true;
        } else if (option.name == "--persistent") {
            translate.persistent = true;
        } else {
            return not_understood(
                fmt::format("the option {} of {} is not known", option.name, target.name));
        }
    }
    draft.add(OtherStep(std::move(translate)));
    return {};
}

} // namespace

std::span<const ExtensionKind> nat()
{
    static constexpr auto kRows = std::to_array<ExtensionKind>({
        {"SNAT", add_nat<NatKind::source>},
        {"DNAT", add_nat<NatKind::destination>},
        {"MASQUERADE", add_nat<NatKind::masquerade>},
        {"REDIRECT", add_nat<NatKind::redirect>},
        {"NETMAP", add_nat<NatKind::netmap_destination>},
    });
    return kRows;
}

} // namespace onlan::rules::xt::targets
