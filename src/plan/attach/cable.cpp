#include "plan/attach/cable.hpp"

#include <algorithm>
#include <iterator>

#include "plan/attach/bare_link.hpp"
#include "plan/names.hpp"
#include "plan/uplink/mtu.hpp"

namespace onlan::plan {
namespace {

// A bridge without an address of its own takes the lowest one among its ports
// (net/bridge/br_stp_if.c, br_stp_recalculate_bridge_id()). The uplink bridge must not change its
// address on the LAN because of us, so our port's is higher than any that hardware has or that is
// likely made up; it depends on the name only and so survives a reboot.
net::MacAddress uplink_end_mac(const std::string& name)
{
    std::uint64_t hash = 0xCBF29CE484222325; // FNV-1a
    for (const char byte : name)
        hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001B3;
    net::MacAddress mac{{0xFE, 0xFF}};
    for (std::size_t i = 2; i < mac.bytes.size(); ++i)
        mac.bytes[i] = static_cast<std::uint8_t>(hash >> (8 * i));
    return mac;
}

} // namespace

std::vector<Change> cable(const model::Lan& lan, const model::Host& host)
{
    const std::string outer = uplink_end(lan);
    const std::string inner = container_end(lan);
    std::vector<Change> changes = {CreateVeth{.name = outer,
                                              .peer = inner,
                                              .mac = uplink_end_mac(outer),
                                              .mtu = uplink_mtu(lan.uplink, host),
                                              .alias = link_alias(lan)}};
    for (const std::string& end : {outer, inner})
        std::ranges::move(without_ipv6(end, host), std::back_inserter(changes));
    return changes;
}

bool is_port_of(const std::string& port, const std::string& bridge, const model::Host& host)
{
    const model::Link* link = host.netns.find_link(port);
    const model::Link* master = link != nullptr ? host.netns.find_link(link->master) : nullptr;
    return master != nullptr && master->name == bridge;
}

bool is_whole_cable(const model::Lan& lan, const model::Host& host)
{
    const model::Link* outer = host.netns.find_link(uplink_end(lan));
    const model::Link* inner = host.netns.find_link(container_end(lan));
    return outer != nullptr && inner != nullptr && outer->kind == "veth" &&
           outer->peer == inner->index && is_port_of(outer->name, lan.uplink.bridge, host);
}

} // namespace onlan::plan
