#include "kernel/link_decode.hpp"

#include <array>

#include <linux/if_arp.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "kernel/attributes.hpp"

namespace onlan::kernel {
namespace {

using Bytes = std::span<const std::uint8_t>;

// Newer than the headers that we build with; the numbers are the kernel's for good
// (include/uapi/linux/if_link.h).
constexpr std::uint16_t kBridgeFdbMaxLearned = 49; // IFLA_BR_FDB_MAX_LEARNED, Linux 6.7
constexpr std::uint16_t kPortMab = 43;             // IFLA_BRPORT_MAB, Linux 6.2

template <typename Object>
struct Switch {
    std::uint16_t attribute;
    bool Object::* member;
};

constexpr std::array<Switch<model::Bridge>, 3> kBridgeSwitches = {{
    {IFLA_BR_VLAN_FILTERING, &model::Bridge::vlan_filtering},
    {IFLA_BR_MCAST_SNOOPING, &model::Bridge::multicast_snooping},
    {IFLA_BR_MCAST_QUERIER, &model::Bridge::multicast_querier},
}};

constexpr std::array<Switch<model::NfCall>, 3> kNfCallSwitches = {{
    {IFLA_BR_NF_CALL_IPTABLES, &model::NfCall::iptables},
    {IFLA_BR_NF_CALL_IP6TABLES, &model::NfCall::ip6tables},
    {IFLA_BR_NF_CALL_ARPTABLES, &model::NfCall::arptables},
}};

constexpr std::array<Switch<model::BridgePort>, 13> kPortSwitches = {{
    {IFLA_BRPORT_MODE, &model::BridgePort::hairpin},
    {IFLA_BRPORT_ISOLATED, &model::BridgePort::isolated},
    {IFLA_BRPORT_LEARNING, &model::BridgePort::learning},
    {IFLA_BRPORT_UNICAST_FLOOD, &model::BridgePort::flood},
    {IFLA_BRPORT_MCAST_FLOOD, &model::BridgePort::mcast_flood},
    {IFLA_BRPORT_BCAST_FLOOD, &model::BridgePort::bcast_flood},
    {IFLA_BRPORT_LOCKED, &model::BridgePort::locked},
    {kPortMab, &model::BridgePort::mab},
    {IFLA_BRPORT_MCAST_TO_UCAST, &model::BridgePort::mcast_to_unicast},
    {IFLA_BRPORT_PROXYARP, &model::BridgePort::proxy_arp},
    {IFLA_BRPORT_PROXYARP_WIFI, &model::BridgePort::proxy_arp_wifi},
    {IFLA_BRPORT_NEIGH_SUPPRESS, &model::BridgePort::neigh_suppress},
    {IFLA_BRPORT_VLAN_TUNNEL, &model::BridgePort::vlan_tunnel},
}};

template <typename Object, typename Switches>
void read_switch(Object& object, const Switches& switches, const Attribute& attribute)
{
    for (const auto& one : switches) {
        if (one.attribute == attribute.type())
            object.*one.member = attribute.is_set();
    }
}

model::Bridge bridge_from(Bytes data)
{
    model::Bridge bridge;
    visit_nested(data, [&](const Attribute& attribute) {
        read_switch(bridge, kBridgeSwitches, attribute);
        read_switch(bridge.nf_call, kNfCallSwitches, attribute);
        switch (attribute.type()) {
        case IFLA_BR_STP_STATE:
            bridge.stp = attribute.value_or<std::uint32_t>(0) != 0;
            break;
        case IFLA_BR_FORWARD_DELAY:
            bridge.forward_delay = attribute.value_or<std::uint32_t>(0);
            break;
        case IFLA_BR_AGEING_TIME:
            bridge.ageing_time = attribute.value_or(bridge.ageing_time);
            break;
        case IFLA_BR_GROUP_FWD_MASK:
            bridge.group_fwd_mask = attribute.value_or<std::uint16_t>(0);
            break;
        case IFLA_BR_VLAN_PROTOCOL:
            bridge.vlan_protocol = attribute.big_endian_or(bridge.vlan_protocol);
            break;
        case IFLA_BR_VLAN_DEFAULT_PVID:
            bridge.default_pvid = attribute.value_or(bridge.default_pvid);
            break;
        case IFLA_BR_MULTI_BOOLOPT:
            if (const auto options = attribute.as<br_boolopt_multi>())
                bridge.options = options->optval;
            break;
        case kBridgeFdbMaxLearned:
            bridge.fdb_max_learned = attribute.as<std::uint32_t>();
            break;
        default:
            break;
        }
    });
    return bridge;
}

model::BridgePort port_from(Bytes data)
{
    model::BridgePort port;
    visit_nested(data, [&](const Attribute& attribute) {
        read_switch(port, kPortSwitches, attribute);
        switch (attribute.type()) {
        case IFLA_BRPORT_STATE:
            if (const auto state = attribute.value_or<std::uint8_t>(0); state <= BR_STATE_BLOCKING)
                port.state = static_cast<model::PortState>(state);
            break;
        case IFLA_BRPORT_MULTICAST_ROUTER:
            port.multicast_router = attribute.value_or(port.multicast_router);
            break;
        case IFLA_BRPORT_GROUP_FWD_MASK:
            port.group_fwd_mask = attribute.value_or<std::uint16_t>(0);
            break;
        case IFLA_BRPORT_BACKUP_PORT:
            port.backup_port = attribute.value_or<std::int32_t>(0);
            break;
        default:
            break;
        }
    });
    return port;
}

// One bit for each mode (enum macvlan_mode).
std::optional<model::MacvlanMode> macvlan_mode_from(std::uint32_t mode)
{
    switch (mode) {
    case MACVLAN_MODE_PRIVATE:
        return model::MacvlanMode::private_;
    case MACVLAN_MODE_VEPA:
        return model::MacvlanMode::vepa;
    case MACVLAN_MODE_BRIDGE:
        return model::MacvlanMode::bridge;
    case MACVLAN_MODE_PASSTHRU:
        return model::MacvlanMode::passthru;
    case MACVLAN_MODE_SOURCE:
        return model::MacvlanMode::source;
    default:
        return {};
    }
}

void read_kind_attribute(model::Link& link, const Attribute& attribute)
{
    const auto is = [&](std::string_view kind, std::uint16_t type) {
        return link.kind == kind && attribute.type() == type;
    };
    if (is("macvlan", IFLA_MACVLAN_MODE) || is("macvtap", IFLA_MACVLAN_MODE))
        link.macvlan_mode = macvlan_mode_from(attribute.value_or<std::uint32_t>(0));
    else if (is("ipvlan", IFLA_IPVLAN_MODE) || is("ipvtap", IFLA_IPVLAN_MODE)) {
        if (const auto mode = attribute.as<std::uint16_t>(); mode && *mode <= IPVLAN_MODE_L3S)
            link.ipvlan_mode = static_cast<model::IpvlanMode>(*mode);
    } else if (is("vlan", IFLA_VLAN_ID))
        link.vlan = attribute.as<std::uint16_t>();
    else if (is("vlan", IFLA_VLAN_PROTOCOL))
        link.vlan_protocol = attribute.big_endian_or<std::uint16_t>(0);
    else if (is("vrf", IFLA_VRF_TABLE))
        link.vrf_table = attribute.value_or<std::uint32_t>(0);
}

bool is_backup(Bytes bond_port)
{
    constexpr std::uint8_t kBondStateBackup = 1; // BOND_STATE_BACKUP
    bool backup = false;
    visit_nested(bond_port, [&](const Attribute& attribute) {
        if (attribute.type() == IFLA_BOND_SLAVE_STATE)
            backup = attribute.value_or<std::uint8_t>(0) == kBondStateBackup;
    });
    return backup;
}

void read_link_info(model::Link& link, Bytes info)
{
    Bytes data;
    Bytes port;
    visit_nested(info, [&](const Attribute& attribute) {
        switch (attribute.type()) {
        case IFLA_INFO_KIND:
            link.kind = attribute.text();
            break;
        case IFLA_INFO_DATA:
            data = attribute.bytes();
            break;
        case IFLA_INFO_SLAVE_KIND:
            link.master_kind = attribute.text();
            break;
        case IFLA_INFO_SLAVE_DATA:
            port = attribute.bytes();
            break;
        default:
            break;
        }
    });
    if (link.kind == "bridge")
        link.bridge = bridge_from(data);
    else
        visit_nested(data,
                     [&](const Attribute& attribute) { read_kind_attribute(link, attribute); });
    if (link.master_kind == "bridge")
        link.port = port_from(port);
    else if (link.master_kind == "bond")
        link.backup = is_backup(port);
}

bool is_attached(Bytes xdp)
{
    bool attached = false;
    visit_nested(xdp, [&](const Attribute& attribute) {
        if (attribute.type() == IFLA_XDP_ATTACHED)
            attached = attribute.is_set();
    });
    return attached;
}

void read_link_attribute(model::Link& link, const Attribute& attribute)
{
    switch (attribute.type()) {
    case IFLA_IFNAME:
        link.name = attribute.text();
        break;
    case IFLA_IFALIAS:
        link.alias = attribute.text();
        break;
    case IFLA_ADDRESS:
        link.mac = attribute.mac();
        break;
    case IFLA_MTU:
        link.mtu = attribute.value_or<std::uint32_t>(0);
        break;
    case IFLA_CARRIER:
        link.carrier = attribute.is_set();
        break;
    case IFLA_PROMISCUITY:
        link.promiscuous = attribute.value_or<std::uint32_t>(0) != 0;
        break;
    case IFLA_GROUP:
        link.group = attribute.value_or<std::uint32_t>(0);
        break;
    case IFLA_MASTER:
        link.master = attribute.value_or<std::int32_t>(0);
        break;
    case IFLA_LINK:
        link.peer = attribute.value_or<std::int32_t>(0);
        break;
    case IFLA_LINK_NETNSID:
        link.peer_netnsid = attribute.as<std::int32_t>();
        break;
    case IFLA_LINKINFO:
        read_link_info(link, attribute.bytes());
        break;
    case IFLA_XDP:
        link.xdp = is_attached(attribute.bytes());
        break;
    default:
        break;
    }
}

// A compressed list: a range is told by its first and its last VLAN
// (net/bridge/br_netlink.c, br_fill_ifvlaninfo_compressed()).
void read_vlan(std::vector<model::VlanRange>& vlans, const Attribute& attribute)
{
    const auto info = attribute.as<bridge_vlan_info>();
    if (attribute.type() != IFLA_BRIDGE_VLAN_INFO || !info)
        return;
    if ((info->flags & BRIDGE_VLAN_INFO_RANGE_END) != 0 && !vlans.empty())
        vlans.back().last = info->vid;
    else
        vlans.push_back({.first = info->vid,
                         .last = info->vid,
                         .pvid = (info->flags & BRIDGE_VLAN_INFO_PVID) != 0,
                         .untagged = (info->flags & BRIDGE_VLAN_INFO_UNTAGGED) != 0});
}

} // namespace

Result<model::Link> link_from_message(const nlmsghdr& message)
{
    ONLAN_TRY(const auto decoded, decode<ifinfomsg>(message));
    model::Link link;
    link.index = decoded.fixed.ifi_index;
    link.up = (decoded.fixed.ifi_flags & IFF_UP) != 0;
    link.loopback = (decoded.fixed.ifi_flags & IFF_LOOPBACK) != 0;
    link.arp = (decoded.fixed.ifi_flags & IFF_NOARP) == 0;
    link.ethernet = decoded.fixed.ifi_type == ARPHRD_ETHER;
    ONLAN_CHECK(visit_attributes(decoded.attributes, [&](const Attribute& attribute) {
        read_link_attribute(link, attribute);
    }));
    return link;
}

Result<LinkVlans> vlans_from_message(const nlmsghdr& message)
{
    ONLAN_TRY(const auto decoded, decode<ifinfomsg>(message));
    LinkVlans found{.link = decoded.fixed.ifi_index, .vlans = {}};
    ONLAN_CHECK(visit_attributes(decoded.attributes, [&](const Attribute& attribute) {
        if (attribute.type() == IFLA_AF_SPEC)
            visit_nested(attribute.bytes(),
                         [&](const Attribute& nested) { read_vlan(found.vlans, nested); });
    }));
    return found;
}

Result<int> filtering_qdisc_from_message(const nlmsghdr& message)
{
    ONLAN_TRY(const auto decoded, decode<tcmsg>(message));
    int link = 0;
    ONLAN_CHECK(visit_attributes(decoded.attributes, [&](const Attribute& attribute) {
        if (attribute.type() == TCA_KIND &&
            (attribute.text() == "clsact" || attribute.text() == "ingress"))
            link = decoded.fixed.tcm_ifindex;
    }));
    return link;
}

} // namespace onlan::kernel
