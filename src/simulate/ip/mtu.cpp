#include "simulate/ip/mtu.hpp"

#include <algorithm>

#include "net/netlink_attributes.hpp"

namespace onlan::simulate {
namespace {

constexpr std::uint16_t kMetricMtu = 2; // RTAX_MTU

// 0: the route says none.
std::uint32_t mtu_of(const model::Route* route)
{
    std::uint32_t mtu = 0;
    if (route != nullptr)
        (void)net::visit_attributes(route->metrics, [&](const net::Attribute& metric) {
            if (metric.type() == kMetricMtu)
                mtu = metric.value_or<std::uint32_t>(0);
        });
    return mtu;
}

} // namespace

std::uint32_t
path_mtu(const Run& run, const Namespace& netns, const Destination& way, const net::IpAddress& to)
{
    const auto learned = std::ranges::find_if(run.state.path_mtus, [&](const PathMtu& one) {
        return one.netns == &netns && one.to == to;
    });
    const std::uint32_t mtu = forwarding_mtu(way);
    return learned == run.state.path_mtus.end() ? mtu : std::min<std::uint32_t>(mtu, learned->mtu);
}

std::uint32_t forwarding_mtu(const Destination& way)
{
    std::uint32_t mtu = mtu_of(way.route);
    if (mtu == 0 && way.out != nullptr)
        mtu = way.out->link->mtu;
    return mtu == 0 ? kLargestPacket : std::min(mtu, kLargestPacket);
}

void learn_mtu(Run& run, const Namespace& netns, const net::IpAddress& to, std::uint16_t mtu)
{
    constexpr std::uint16_t kSmallest = 552;      // ip_rt_min_pmtu
    constexpr std::uint16_t kSmallestIpv6 = 1280; // IPV6_MIN_MTU
    const bool ipv4 = to.family() == net::Family::ipv4;
    run.state.path_mtus.insert(
        run.state.path_mtus.begin(),
        {.netns = &netns, .to = to, .mtu = std::max(mtu, ipv4 ? kSmallest : kSmallestIpv6)});
}

bool exceeds_mtu(const Ip& ip, std::uint32_t mtu)
{
    const bool may_fragment = ip.source.family() == net::Family::ipv4 && !ip.dont_fragment;
    return !may_fragment && wire_length(ip) > mtu;
}

void fragment(Ip& ip, std::uint32_t mtu)
{
    const auto headers = static_cast<std::uint32_t>(ip.length - ip.payload);
    if (wire_length(ip) > mtu && mtu > headers)
        ip.segment = static_cast<std::uint16_t>(mtu - headers);
}

bool exceeds_frame(const Ip& ip, std::uint32_t room)
{
    return !is_gso(ip) && wire_length(ip) > room;
}

} // namespace onlan::simulate
