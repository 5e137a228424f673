#include "plan/uplink/mtu.hpp"

namespace onlan::plan {
namespace {

constexpr std::uint32_t kEthernetMtu = 1500;

} // namespace

std::uint32_t smallest_mtu(const std::vector<std::string>& ports, const model::Host& host)
{
    std::uint32_t smallest = 0;
    for (const std::string& name : ports) {
        const model::Link* port = host.netns.find_link(name);
        if (port != nullptr && (smallest == 0 || port->mtu < smallest))
            smallest = port->mtu;
    }
    return smallest != 0 ? smallest : kEthernetMtu;
}

std::uint32_t uplink_mtu(const model::Uplink& uplink, const model::Host& host)
{
    const model::Link* bridge = host.netns.find_link(uplink.bridge);
    return bridge != nullptr ? bridge->mtu : smallest_mtu(uplink.ports, host);
}

} // namespace onlan::plan
