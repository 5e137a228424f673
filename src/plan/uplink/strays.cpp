#include "plan/uplink/strays.hpp"

#include <algorithm>

#include "plan/changes/change.hpp"
#include "plan/uplink/load.hpp"

namespace onlan::plan {
namespace {

// include/uapi/linux/if_addr.h; this layer includes no system header.
constexpr std::uint8_t kMadeByKernel = 3; // IFAPROT_KERNEL_LL, the last of them

// What is on the bridge although nothing on the ledger put it there. What a router has advertised
// is advertised to the port again.
Load strays_on(const model::Link& bridge, const model::Host& host, const Ledger& ledger)
{
    const auto on_ledger = [&](const Change& change) {
        return std::ranges::any_of(
            ledger, [&](const Entry& entry) { return same_object(entry.change, change); });
    };
    std::vector<const model::Link*> ports;
    for (const model::Link& link : host.netns.links) {
        if (link.master == bridge.index)
            ports.push_back(&link);
    }
    Load load = load_of(bridge, ports, host);
    std::erase_if(load.addresses, [&](const model::Address& address) {
        const bool advertised = address.local.address.family() == net::Family::ipv6 &&
                                (address.flags & model::kAddressTemporary) != 0 &&
                                address.valid != model::kForever;
        return (address.protocol != 0 && address.protocol <= kMadeByKernel) || advertised ||
               on_ledger(AddAddress{.link = bridge.name, .address = address});
    });
    std::erase_if(load.routes, [&](const PlacedRoute& placed) {
        return placed.route.expires != 0 || placed.route.protocol == model::kProtocolRa ||
               on_ledger(AddRoute{.link = placed.link.empty() ? bridge.name : placed.link,
                                  .route = placed.route});
    });
    return load;
}

} // namespace

Ledger with_strays(const Ledger& ledger, const model::Host& host)
{
    std::vector<const model::Link*> made;
    for (const Entry& entry : ledger) {
        const auto* bridge = std::get_if<CreateBridge>(&entry.change);
        if (bridge != nullptr && is_uplink(entry.owner))
            made.push_back(host.netns.find_link(bridge->name));
    }
    Ledger all = ledger;
    for (const Entry& entry : ledger) {
        const auto* port = std::get_if<SetMaster>(&entry.change);
        const model::Link* bridge = port != nullptr ? host.netns.find_link(port->master) : nullptr;
        if (bridge == nullptr || std::ranges::find(made, bridge) == made.end())
            continue;
        // To the first port: `all` holds what it has taken.
        for (Change& change : moved(strays_on(*bridge, host, all), port->link, port->master))
            all.push_back({.owner = uplink_owner(port->master), .change = std::move(change)});
    }
    return all;
}

} // namespace onlan::plan
