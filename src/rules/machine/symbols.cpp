#include "rules/machine/symbols.hpp"

#include <algorithm>
#include <array>

#include "model/conntrack.hpp"
#include "model/rtnetlink.hpp"
#include "net/protocols.hpp"

namespace onlan::rules {
namespace {

constexpr auto kEtherTypes = std::to_array<Symbol>({{"ip", net::kEtherIpv4},
                                                    {"ipv4", net::kEtherIpv4},
                                                    {"arp", net::kEtherArp},
                                                    {"vlan", net::kEther8021q},
                                                    {"8021q", net::kEther8021q},
                                                    {"ip6", net::kEtherIpv6},
                                                    {"ipv6", net::kEtherIpv6},
                                                    {"8021ad", net::kEther8021ad}});

constexpr auto kIcmpTypes =
    std::to_array<Symbol>({{"echo-reply", net::kIcmpEchoReply},
                           {"pong", net::kIcmpEchoReply},
                           {"destination-unreachable", net::kIcmpDestUnreach},
                           {"source-quench", net::kIcmpSourceQuench},
                           {"redirect", net::kIcmpRedirect},
                           {"echo-request", net::kIcmpEcho},
                           {"ping", net::kIcmpEcho},
                           {"router-advertisement", 9},
                           {"router-solicitation", 10},
                           {"time-exceeded", net::kIcmpTimeExceeded},
                           {"ttl-exceeded", net::kIcmpTimeExceeded},
                           {"parameter-problem", net::kIcmpParameterProb},
                           {"timestamp-request", net::kIcmpTimestamp},
                           {"timestamp-reply", net::kIcmpTimestampReply},
                           {"info-request", net::kIcmpInfoRequest},
                           {"info-reply", net::kIcmpInfoReply},
                           {"address-mask-request", net::kIcmpAddress},
                           {"address-mask-reply", net::kIcmpAddressReply}});

constexpr auto kIcmpv6Types =
    std::to_array<Symbol>({{"destination-unreachable", net::kIcmpv6DestUnreach},
                           {"packet-too-big", net::kIcmpv6PktTooBig},
                           {"time-exceeded", net::kIcmpv6TimeExceed},
                           {"ttl-exceeded", net::kIcmpv6TimeExceed},
                           {"parameter-problem", net::kIcmpv6ParamProb},
                           {"echo-request", net::kIcmpv6EchoRequest},
                           {"ping", net::kIcmpv6EchoRequest},
                           {"echo-reply", net::kIcmpv6EchoReply},
                           {"pong", net::kIcmpv6EchoReply},
                           {"mld-listener-query", net::kIcmpv6MgmQuery},
                           {"mld-listener-report", 131},
                           {"mld-listener-done", 132},
                           {"mld-listener-reduction", 132},
                           {"nd-router-solicit", 133},
                           {"router-solicitation", 133},
                           {"nd-router-advert", 134},
                           {"router-advertisement", 134},
                           {"nd-neighbor-solicit", net::kNdiscNeighbourSolicitation},
                           {"neighbour-solicitation", net::kNdiscNeighbourSolicitation},
                           {"neighbor-solicitation", net::kNdiscNeighbourSolicitation},
                           {"nd-neighbor-advert", net::kNdiscNeighbourAdvertisement},
                           {"neighbour-advertisement", net::kNdiscNeighbourAdvertisement},
                           {"neighbor-advertisement", net::kNdiscNeighbourAdvertisement},
                           {"nd-redirect", net::kNdiscRedirect},
                           {"redirect", net::kNdiscRedirect},
                           {"router-renumbering", 138},
                           {"ind-neighbor-solicit", 141},
                           {"ind-neighbor-advert", 142},
                           {"mld2-listener-report", net::kIcmpv6Mld2Report}});

constexpr auto kIcmpCodes = std::to_array<Symbol>({{"net-unreachable", net::kIcmpNetUnreach},
                                                   {"host-unreachable", net::kIcmpHostUnreach},
                                                   {"prot-unreachable", net::kIcmpProtUnreach},
                                                   {"port-unreachable", net::kIcmpPortUnreach},
                                                   {"frag-needed", net::kIcmpFragNeeded},
                                                   {"net-prohibited", net::kIcmpNetAno},
                                                   {"host-prohibited", net::kIcmpHostAno},
                                                   {"admin-prohibited", net::kIcmpPktFiltered}});

constexpr auto kIcmpv6Codes =
    std::to_array<Symbol>({{"no-route", net::kIcmpv6NoRoute},
                           {"admin-prohibited", net::kIcmpv6AdmProhibited},
                           {"addr-unreachable", net::kIcmpv6AddrUnreach},
                           {"port-unreachable", net::kIcmpv6PortUnreach},
                           {"policy-fail", net::kIcmpv6PolicyFail},
                           {"reject-route", net::kIcmpv6RejectRoute}});

constexpr auto kIcmpxCodes = std::to_array<Symbol>(
    {{"no-route", 0}, {"port-unreachable", 1}, {"host-unreachable", 2}, {"admin-prohibited", 3}});

constexpr auto kTcpFlags = std::to_array<Symbol>({{"fin", net::kFin},
                                                  {"syn", net::kSyn},
                                                  {"rst", net::kRst},
                                                  {"psh", net::kPsh},
                                                  {"ack", net::kAck},
                                                  {"urg", 32},
                                                  {"ecn", 64},
                                                  {"cwr", 128}});

constexpr auto kCtStates = std::to_array<Symbol>(
    {{"invalid", 1}, {"established", 2}, {"related", 4}, {"new", 8}, {"untracked", 64}});

constexpr auto kCtStatuses = std::to_array<Symbol>({{"expected", model::kExpected},
                                                    {"seen-reply", model::kSeenReply},
                                                    {"assured", model::kAssured},
                                                    {"confirmed", model::kConfirmed},
                                                    {"snat", model::kSourceNat},
                                                    {"dnat", model::kDestinationNat},
                                                    {"dying", model::kDying}});

constexpr auto kCtDirections = std::to_array<Symbol>({{"original", 0}, {"reply", 1}});

constexpr auto kPacketTypes = std::to_array<Symbol>({{"host", 0},
                                                     {"unicast", 0},
                                                     {"broadcast", 1},
                                                     {"multicast", 2},
                                                     {"other", 3},
                                                     {"otherhost", 3}});

constexpr auto kAddressTypes = numbered(model::kRouteTypes);

constexpr auto kNfProtocols =
    std::to_array<Symbol>({{"ipv4", net::kNfprotoIpv4}, {"ipv6", net::kNfprotoIpv6}});

constexpr auto kArpOperations = std::to_array<Symbol>({{"request", 1},
                                                       {"reply", 2},
                                                       {"rrequest", 3},
                                                       {"rreply", 4},
                                                       {"inrequest", 8},
                                                       {"inreply", 9},
                                                       {"nak", 10}});

constexpr auto kDscps = std::to_array<Symbol>(
    {{"cs0", 0},   {"cs1", 8},     {"cs2", 16},  {"cs3", 24},  {"cs4", 32},  {"cs5", 40},
     {"cs6", 48},  {"cs7", 56},    {"df", 0},    {"be", 0},    {"lephb", 1}, {"af11", 10},
     {"af12", 12}, {"af13", 14},   {"af21", 18}, {"af22", 20}, {"af23", 22}, {"af31", 26},
     {"af32", 28}, {"af33", 30},   {"af41", 34}, {"af42", 36}, {"af43", 38}, {"va", 44},
     {"ef", 46},   {"not-ect", 0}, {"ect1", 1},  {"ect0", 2},  {"ce", 3}});

constexpr auto kDeviceTypes = std::to_array<Symbol>({{"ether", 1},
                                                     {"ppp", 512},
                                                     {"ipip", 768},
                                                     {"ipip6", 769},
                                                     {"loopback", 772},
                                                     {"sit", 776},
                                                     {"ipgre", 778},
                                                     {"none", 65534}});

constexpr auto kDeviceGroups = std::to_array<Symbol>({{"default", 0}});

} // namespace

std::optional<std::uint32_t> find_symbol(std::span<const Symbol> symbols, std::string_view name)
{
    const auto found = std::ranges::find(symbols, name, &Symbol::name);
    if (found == symbols.end())
        return std::nullopt;
    return found->number;
}

std::span<const Symbol> protocols()
{
    return net::kProtocolNames;
}

std::span<const Symbol> ether_types()
{
    return kEtherTypes;
}

std::span<const Symbol> icmp_types()
{
    return kIcmpTypes;
}

std::span<const Symbol> icmpv6_types()
{
    return kIcmpv6Types;
}

std::span<const Symbol> icmp_codes()
{
    return kIcmpCodes;
}

std::span<const Symbol> icmpv6_codes()
{
    return kIcmpv6Codes;
}

std::span<const Symbol> icmpx_codes()
{
    return kIcmpxCodes;
}

std::span<const Symbol> tcp_flags()
{
    return kTcpFlags;
}

std::span<const Symbol> ct_states()
{
    return kCtStates;
}

std::span<const Symbol> ct_statuses()
{
    return kCtStatuses;
}

std::span<const Symbol> ct_directions()
{
    return kCtDirections;
}

std::span<const Symbol> packet_types()
{
    return kPacketTypes;
}

std::span<const Symbol> address_types()
{
    return kAddressTypes;
}

std::span<const Symbol> nf_protocols()
{
    return kNfProtocols;
}

std::span<const Symbol> arp_operations()
{
    return kArpOperations;
}

std::span<const Symbol> dscps()
{
    return kDscps;
}

std::span<const Symbol> device_types()
{
    return kDeviceTypes;
}

std::span<const Symbol> device_groups()
{
    return kDeviceGroups;
}

} // namespace onlan::rules
