#include "simulate/run/settings.hpp"

#include <algorithm>

#include "base/number.hpp"

namespace onlan::simulate {
namespace {

int number(std::string_view value, const model::Sysctl& row)
{
    return parse_number<int>(value).value_or(row.usual.value_or(0));
}

template <const auto& Folder>
typename Settings<Folder>::Values values_of(const model::Netns& netns)
{
    typename Settings<Folder>::Values values{};
    std::ranges::transform(Folder.rows, values.begin(), [&](const model::Sysctl& row) {
        return number(netns.sysctl(Folder.at(row)), row);
    });
    return values;
}

// The sysctls of one device stand one after the other in the map, sorted as the rows are: one
// search finds them all.
template <const auto& Folder>
typename Settings<Folder>::Values values_of(const model::Netns& netns, std::string_view device)
{
    static_assert(std::ranges::is_sorted(Folder.rows, {}, &model::Sysctl::name));
    const std::string prefix = model::sysctl_prefix(Folder.name, device);
    auto at = netns.sysctls.lower_bound(prefix);
    typename Settings<Folder>::Values values{};
    std::ranges::transform(Folder.rows, values.begin(), [&](const model::Sysctl& row) {
        const auto name = [&] { return std::string_view(at->first).substr(prefix.size()); };
        const auto is_left = [&] {
            return at != netns.sysctls.end() && at->first.starts_with(prefix);
        };
        while (is_left() && name() < row.name)
            ++at;
        return number(is_left() && name() == row.name ? at->second : std::string_view{}, row);
    });
    return values;
}

enum class Decides : std::uint8_t { all, device };

Decides decides(model::Combine combine, int all, int own)
{
    switch (combine) {
    case model::Combine::conf_get:
        return Decides::device;
    case model::Combine::all:
        return Decides::all;
    // Of switches that are 0 or 1 "either" is the larger, and "both" the smaller.
    case model::Combine::maxconf:
    case model::Combine::orconf:
        return all > own ? Decides::all : Decides::device;
    case model::Combine::andconf:
        return all < own ? Decides::all : Decides::device;
    }
    return Decides::device;
}

} // namespace

std::string Setting::name() const
{
    return scope.empty() ? sysctl.name() : sysctl.name(scope);
}

template <const auto& Folder>
Settings<Folder>::Settings(std::string_view device, const Values& all, const Values& own)
    : device_(device)
{
    for (std::size_t i = 0; i < values_.size(); ++i) {
        decided_by_all_[i] = decides(Folder.rows[i].combine, all[i], own[i]) == Decides::all;
        values_[i] = decided_by_all_[i] ? all[i] : own[i];
    }
}

Setting DeviceSettings::forwarding(net::Family family) const
{
    if (family == net::Family::ipv4)
        return ipv4["forwarding"];
    const Setting forced = ipv6["force_forwarding"];
    return forced.value != 0 ? forced : ipv6["forwarding"];
}

DevicesSettings::DevicesSettings(const model::Netns& netns)
    : netns_(netns),
      ipv4_(values_of<model::kIpv4Conf>(netns, "all")),
      ipv6_(values_of<model::kIpv6Conf>(netns, "all"))
{}

DeviceSettings DevicesSettings::of(std::string_view device) const
{
    const auto arp = values_of<model::kIpv4Neigh>(netns_, device);
    return {.ipv4 = {device, ipv4_, values_of<model::kIpv4Conf>(netns_, device)},
            .ipv6 = {device, ipv6_, values_of<model::kIpv6Conf>(netns_, device)},
            .arp = {device, arp, arp}};
}

NetnsSettings netns_settings(const model::Netns& netns)
{
    return {.br_netfilter = !netns.sysctl(model::kBridgeSysctls["bridge-nf-call-iptables"]).empty(),
            .bridge = Settings<model::kBridgeSysctls>(values_of<model::kBridgeSysctls>(netns)),
            .ipv4 = Settings<model::kIpv4Sysctls>(values_of<model::kIpv4Sysctls>(netns)),
            .icmpv6 = Settings<model::kIcmpv6Sysctls>(values_of<model::kIcmpv6Sysctls>(netns)),
            .netfilter =
                Settings<model::kNetfilterSysctls>(values_of<model::kNetfilterSysctls>(netns))};
}

} // namespace onlan::simulate
