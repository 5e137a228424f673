#pragma once

// The fields of everything in a snapshot, once: the writer, the reader, redaction and the journal
// of changes walk the same lists. A field that has its type's initial value is left out of a
// document.

#include <array>
#include <concepts>
#include <string>
#include <string_view>
#include <tuple>

#include "model/policy_rule.hpp"
#include "model/snapshot.hpp"

namespace onlan::model {

// What a text tells, and so what redaction has to do with it. Addresses say it by their type.
enum class Tells : std::uint8_t {
    word,   // the kernel's or a program's own word
    link,   // the name of an interface
    name,   // of a container, a network, a namespace, a program…
    label,  // what somebody wrote for people or for their own programs
    sysctl, // its name: that of an interface may stand in it
    text,   // anything: names and addresses may stand in it
};

template <typename Object, typename Member>
struct Field {
    std::string_view name;
    Member Object::* member;
    Tells tells = Tells::word;
    Tells keys = Tells::word; // of a map
};

template <typename Object, typename Member>
constexpr Field<Object, Member> field(std::string_view name,
                                      Member Object::* member,
                                      Tells tells = Tells::word,
                                      Tells keys = Tells::word)
{
    return {name, member, tells, keys};
}

constexpr auto fields_of(const NfCall*)
{
    return std::tuple{field("iptables", &NfCall::iptables), field("ip6tables", &NfCall::ip6tables),
                      field("arptables", &NfCall::arptables)};
}

constexpr auto fields_of(const Bridge*)
{
    return std::tuple{field("stp", &Bridge::stp),
                      field("forward_delay", &Bridge::forward_delay),
                      field("ageing_time", &Bridge::ageing_time),
                      field("group_fwd_mask", &Bridge::group_fwd_mask),
                      field("vlan_filtering", &Bridge::vlan_filtering),
                      field("vlan_protocol", &Bridge::vlan_protocol),
                      field("default_pvid", &Bridge::default_pvid),
                      field("multicast_snooping", &Bridge::multicast_snooping),
                      field("multicast_querier", &Bridge::multicast_querier),
                      field("options", &Bridge::options),
                      field("fdb_max_learned", &Bridge::fdb_max_learned),
                      field("nf_call", &Bridge::nf_call)};
}

constexpr auto fields_of(const BridgePort*)
{
    return std::tuple{field("state", &BridgePort::state),
                      field("hairpin", &BridgePort::hairpin),
                      field("isolated", &BridgePort::isolated),
                      field("learning", &BridgePort::learning),
                      field("flood", &BridgePort::flood),
                      field("mcast_flood", &BridgePort::mcast_flood),
                      field("bcast_flood", &BridgePort::bcast_flood),
                      field("locked", &BridgePort::locked),
                      field("mab", &BridgePort::mab),
                      field("mcast_to_unicast", &BridgePort::mcast_to_unicast),
                      field("proxy_arp", &BridgePort::proxy_arp),
                      field("proxy_arp_wifi", &BridgePort::proxy_arp_wifi),
                      field("neigh_suppress", &BridgePort::neigh_suppress),
                      field("vlan_tunnel", &BridgePort::vlan_tunnel),
                      field("multicast_router", &BridgePort::multicast_router),
                      field("group_fwd_mask", &BridgePort::group_fwd_mask),
                      field("backup_port", &BridgePort::backup_port)};
}

constexpr auto fields_of(const VlanRange*)
{
    return std::tuple{field("first", &VlanRange::first), field("last", &VlanRange::last),
                      field("pvid", &VlanRange::pvid), field("untagged", &VlanRange::untagged)};
}

constexpr auto fields_of(const Link*)
{
    return std::tuple{field("index", &Link::index),
                      field("name", &Link::name, Tells::link),
                      field("kind", &Link::kind),
                      field("alias", &Link::alias, Tells::text),
                      field("mac", &Link::mac),
                      field("mtu", &Link::mtu),
                      field("up", &Link::up),
                      field("carrier", &Link::carrier),
                      field("loopback", &Link::loopback),
                      field("ethernet", &Link::ethernet),
                      field("arp", &Link::arp),
                      field("promiscuous", &Link::promiscuous),
                      field("master", &Link::master),
                      field("master_kind", &Link::master_kind),
                      field("peer", &Link::peer),
                      field("peer_netnsid", &Link::peer_netnsid),
                      field("bridge", &Link::bridge),
                      field("port", &Link::port),
                      field("vlans", &Link::vlans),
                      field("macvlan_mode", &Link::macvlan_mode),
                      field("ipvlan_mode", &Link::ipvlan_mode),
                      field("vlan", &Link::vlan),
                      field("vlan_protocol", &Link::vlan_protocol),
                      field("vrf_table", &Link::vrf_table),
                      field("group", &Link::group),
                      field("backup", &Link::backup),
                      field("xdp", &Link::xdp),
                      field("traffic_control", &Link::traffic_control),
                      field("wireless", &Link::wireless)};
}

constexpr auto fields_of(const Address*)
{
    return std::tuple{field("link", &Address::link),
                      field("local", &Address::local),
                      field("peer", &Address::peer),
                      field("broadcast", &Address::broadcast),
                      field("scope", &Address::scope),
                      field("flags", &Address::flags),
                      field("protocol", &Address::protocol),
                      field("metric", &Address::metric),
                      field("valid", &Address::valid),
                      field("preferred", &Address::preferred),
                      field("label", &Address::label, Tells::link)};
}

constexpr auto fields_of(const NextHop*)
{
    return std::tuple{field("gateway", &NextHop::gateway), field("link", &NextHop::link),
                      field("weight", &NextHop::weight), field("flags", &NextHop::flags),
                      field("other", &NextHop::other)};
}

constexpr auto fields_of(const Route*)
{
    return std::tuple{field("destination", &Route::destination),
                      field("table", &Route::table),
                      field("type", &Route::type),
                      field("protocol", &Route::protocol),
                      field("scope", &Route::scope),
                      field("tos", &Route::tos),
                      field("flags", &Route::flags),
                      field("gateway", &Route::gateway),
                      field("preferred_source", &Route::preferred_source),
                      field("link", &Route::link),
                      field("metric", &Route::metric),
                      field("multipath", &Route::multipath),
                      field("expires", &Route::expires),
                      field("preference", &Route::preference),
                      field("next_hops", &Route::next_hops),
                      field("encapsulated", &Route::encapsulated),
                      field("metrics", &Route::metrics)};
}

constexpr auto fields_of(const NumberRange*)
{
    return std::tuple{field("first", &NumberRange::first), field("last", &NumberRange::last)};
}

constexpr auto fields_of(const MaskedMark*)
{
    return std::tuple{field("value", &MaskedMark::value), field("mask", &MaskedMark::mask)};
}

constexpr auto fields_of(const PolicyRule*)
{
    return std::tuple{field("family", &PolicyRule::family),
                      field("priority", &PolicyRule::priority),
                      field("invert", &PolicyRule::invert),
                      field("from", &PolicyRule::from),
                      field("to", &PolicyRule::to),
                      field("input_interface", &PolicyRule::input_interface, Tells::link),
                      field("output_interface", &PolicyRule::output_interface, Tells::link),
                      field("tos", &PolicyRule::tos),
                      field("mark", &PolicyRule::mark),
                      field("ip_protocol", &PolicyRule::ip_protocol),
                      field("source_ports", &PolicyRule::source_ports),
                      field("destination_ports", &PolicyRule::destination_ports),
                      field("uids", &PolicyRule::uids),
                      field("l3mdev", &PolicyRule::l3mdev),
                      field("action", &PolicyRule::action),
                      field("table", &PolicyRule::table),
                      field("target", &PolicyRule::target),
                      field("realms", &PolicyRule::realms),
                      field("suppress_prefixlength", &PolicyRule::suppress_prefixlength),
                      field("suppress_ifgroup", &PolicyRule::suppress_ifgroup),
                      field("protocol", &PolicyRule::protocol),
                      field("other", &PolicyRule::other)};
}

constexpr auto fields_of(const Neighbour*)
{
    return std::tuple{field("link", &Neighbour::link), field("address", &Neighbour::address),
                      field("mac", &Neighbour::mac), field("state", &Neighbour::state)};
}

constexpr auto fields_of(const FdbEntry*)
{
    return std::tuple{field("port", &FdbEntry::port), field("bridge", &FdbEntry::bridge),
                      field("mac", &FdbEntry::mac), field("vlan", &FdbEntry::vlan),
                      field("state", &FdbEntry::state)};
}

constexpr auto fields_of(const XtablesRule*)
{
    return std::tuple{field("words", &XtablesRule::words, Tells::text),
                      field("packets", &XtablesRule::packets), field("bytes", &XtablesRule::bytes)};
}

constexpr auto fields_of(const XtablesChain*)
{
    return std::tuple{field("policy", &XtablesChain::policy),
                      field("packets", &XtablesChain::packets),
                      field("bytes", &XtablesChain::bytes), field("rules", &XtablesChain::rules)};
}

constexpr auto fields_of(const XtablesRuleset*)
{
    return std::tuple{field("backend", &XtablesRuleset::backend),
                      field("family", &XtablesRuleset::family),
                      field("tables", &XtablesRuleset::tables),
                      field("unread", &XtablesRuleset::unread, Tells::text)};
}

constexpr auto fields_of(const IpSet*)
{
    return std::tuple{field("name", &IpSet::name), field("type", &IpSet::type),
                      field("options", &IpSet::options),
                      field("elements", &IpSet::elements, Tells::text)};
}

constexpr auto fields_of(const Tuple*)
{
    return std::tuple{field("source", &Tuple::source), field("destination", &Tuple::destination),
                      field("protocol", &Tuple::protocol),
                      field("source_port", &Tuple::source_port),
                      field("destination_port", &Tuple::destination_port)};
}

constexpr auto fields_of(const Expectation*)
{
    return std::tuple{field("tuple", &Expectation::tuple), field("mask", &Expectation::mask),
                      field("master", &Expectation::master),
                      field("timeout", &Expectation::timeout),
                      field("helper", &Expectation::helper)};
}

constexpr auto fields_of(const Socket*)
{
    return std::tuple{
        field("protocol", &Socket::protocol), field("address", &Socket::address),
        field("port", &Socket::port),         field("ipv6_only", &Socket::ipv6_only),
        field("link", &Socket::link),         field("mark", &Socket::mark),
        field("owner", &Socket::owner),       field("transparent", &Socket::transparent),
        field("inode", &Socket::inode),       field("program", &Socket::program, Tells::name)};
}

constexpr auto fields_of(const Netns*)
{
    return std::tuple{field("name", &Netns::name, Tells::name),
                      field("inode", &Netns::inode),
                      field("peers", &Netns::peers),
                      field("separate_local_table", &Netns::separate_local_table),
                      field("links", &Netns::links),
                      field("addresses", &Netns::addresses),
                      field("routes", &Netns::routes),
                      field("rules", &Netns::policy_rules),
                      field("neighbours", &Netns::neighbours),
                      field("fdb", &Netns::fdb),
                      field("sysctls", &Netns::sysctls, Tells::text, Tells::sysctl),
                      field("xtables", &Netns::xtables),
                      field("nftables", &Netns::nftables, Tells::text),
                      field("ipsets", &Netns::ipsets),
                      field("conntrack", &Netns::conntrack),
                      field("expectations", &Netns::expectations),
                      field("sockets", &Netns::sockets),
                      field("sockets_unknown", &Netns::sockets_unknown),
                      field("unread", &Netns::unread, Tells::text),
                      field("assumed", &Netns::assumed, Tells::text)};
}

constexpr auto fields_of(const DockerSubnet*)
{
    return std::tuple{field("subnet", &DockerSubnet::subnet),
                      field("gateway", &DockerSubnet::gateway),
                      field("range", &DockerSubnet::range),
                      field("reserved", &DockerSubnet::reserved, Tells::word, Tells::name)};
}

constexpr auto fields_of(const DockerEndpoint*)
{
    return std::tuple{field("container", &DockerEndpoint::container, Tells::name),
                      field("container_id", &DockerEndpoint::container_id, Tells::name),
                      field("ipv4", &DockerEndpoint::ipv4), field("ipv6", &DockerEndpoint::ipv6),
                      field("mac", &DockerEndpoint::mac)};
}

constexpr auto fields_of(const DockerNetwork*)
{
    return std::tuple{field("id", &DockerNetwork::id, Tells::name),
                      field("name", &DockerNetwork::name, Tells::name),
                      field("driver", &DockerNetwork::driver),
                      field("ipv6", &DockerNetwork::ipv6),
                      field("internal", &DockerNetwork::internal),
                      field("subnets", &DockerNetwork::subnets),
                      field("options", &DockerNetwork::options, Tells::text),
                      field("labels", &DockerNetwork::labels, Tells::label, Tells::label),
                      field("endpoints", &DockerNetwork::endpoints),
                      field("stopped", &DockerNetwork::stopped, Tells::name)};
}

constexpr auto fields_of(const PublishedPort*)
{
    return std::tuple{field("protocol", &PublishedPort::protocol),
                      field("host_address", &PublishedPort::host_address),
                      field("host_port", &PublishedPort::host_port),
                      field("container_port", &PublishedPort::container_port)};
}

constexpr auto fields_of(const DockerContainer*)
{
    return std::tuple{field("id", &DockerContainer::id, Tells::name),
                      field("name", &DockerContainer::name, Tells::name),
                      field("running", &DockerContainer::running),
                      field("pid", &DockerContainer::pid), field("ports", &DockerContainer::ports)};
}

constexpr auto fields_of(const DockerProxy*)
{
    return std::tuple{field("pid", &DockerProxy::pid),
                      field("protocol", &DockerProxy::protocol),
                      field("host_address", &DockerProxy::host_address),
                      field("host_port", &DockerProxy::host_port),
                      field("container_address", &DockerProxy::container_address),
                      field("container_port", &DockerProxy::container_port)};
}

constexpr auto fields_of(const DockerEngine*)
{
    return std::tuple{field("version", &DockerEngine::version),
                      field("firewall_backend", &DockerEngine::firewall_backend),
                      field("networks", &DockerEngine::networks),
                      field("containers", &DockerEngine::containers),
                      field("proxies", &DockerEngine::proxies)};
}

constexpr auto fields_of(const Snapshot*)
{
    return std::tuple{field("kernel", &Snapshot::kernel), field("features", &Snapshot::features),
                      field("namespaces", &Snapshot::namespaces),
                      field("docker", &Snapshot::docker),
                      field("docker_missing", &Snapshot::docker_missing, Tells::text)};
}

// The words for the values of our enumerations, in their order.

constexpr std::array<std::string_view, 2> words_of(const net::Family*)
{
    return {"ipv4", "ipv6"};
}

constexpr std::array<std::string_view, 2> words_of(const XtablesBackend*)
{
    return {"nft", "legacy"};
}

constexpr std::array<std::string_view, 5> words_of(const PortState*)
{
    return {"disabled", "listening", "learning", "forwarding", "blocking"};
}

constexpr std::array<std::string_view, 5> words_of(const MacvlanMode*)
{
    return {"private", "vepa", "bridge", "passthru", "source"};
}

constexpr std::array<std::string_view, 3> words_of(const IpvlanMode*)
{
    return {"l2", "l3", "l3s"};
}

template <typename Object>
concept Described = requires(const Object* object) { fields_of(object); };

// What has a text that says all of it.
template <typename Value>
concept ParsedText = requires(const Value& value, std::string_view text) {
    { Value::parse(text) } -> std::same_as<Result<Value>>;
    { value.to_string() } -> std::same_as<std::string>;
};

template <typename Enumeration>
concept Worded = requires(const Enumeration* value) { words_of(value); };

// Calls `visit` with each of the object's fields, in order.
template <Described Object, typename Visit>
constexpr void for_each_field(const Object* object, Visit visit)
{
    std::apply([&](const auto&... fields) { (visit(fields), ...); }, fields_of(object));
}

// Has the field its type's initial value?
template <Described Object, typename Member>
[[nodiscard]] bool is_initial(const Object& object, const Field<Object, Member>& field)
{
    static const Object initial{};
    return object.*field.member == initial.*field.member;
}

} // namespace onlan::model
