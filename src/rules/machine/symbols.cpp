#include "rules/machine/symbols.hpp"

#include <algorithm>
#include <array>

#include "base/numbered.hpp"
#include "model/conntrack.hpp"
#include "model/link.hpp"

namespace onlan::rules {
namespace {

constexpr auto kProtocols = std::to_array<Symbol>(
    {{"ip", 0},         {"hopopt", 0},      {"icmp", 1},        {"igmp", 2},
     {"ipencap", 4},    {"tcp", 6},         {"egp", 8},         {"udp", 17},
     {"dccp", 33},      {"ipv6", 41},       {"ipv6-route", 43}, {"ipv6-frag", 44},
     {"gre", 47},       {"esp", 50},        {"ah", 51},         {"icmpv6", 58},
     {"ipv6-icmp", 58}, {"ipv6-nonxt", 59}, {"ipv6-opts", 60},  {"ospf", 89},
     {"ipip", 94},      {"pim", 103},       {"ipcomp", 108},    {"comp", 108},
     {"vrrp", 112},     {"l2tp", 115},      {"sctp", 132},      {"mobility-header", 135},
     {"ipv6-mh", 135},  {"udplite", 136},   {"mptcp", 262}});

constexpr auto kEtherTypes = std::to_array<Symbol>({{"ip", 0x0800},
                                                    {"ipv4", 0x0800},
                                                    {"arp", 0x0806},
                                                    {"vlan", 0x8100},
                                                    {"8021q", 0x8100},
                                                    {"ip6", 0x86DD},
                                                    {"ipv6", 0x86DD},
                                                    {"8021ad", 0x88A8}});

constexpr auto kServices = std::to_array<Symbol>({{"ftp-data", 20},
                                                  {"ftp", 21},
                                                  {"ssh", 22},
                                                  {"telnet", 23},
                                                  {"smtp", 25},
                                                  {"domain", 53},
                                                  {"bootps", 67},
                                                  {"bootpc", 68},
                                                  {"tftp", 69},
                                                  {"http", 80},
                                                  {"kerberos", 88},
                                                  {"pop3", 110},
                                                  {"sunrpc", 111},
                                                  {"ntp", 123},
                                                  {"netbios-ns", 137},
                                                  {"netbios-dgm", 138},
                                                  {"netbios-ssn", 139},
                                                  {"imap2", 143},
                                                  {"snmp", 161},
                                                  {"snmp-trap", 162},
                                                  {"ldap", 389},
                                                  {"https", 443},
                                                  {"microsoft-ds", 445},
                                                  {"syslog", 514},
                                                  {"dhcpv6-client", 546},
                                                  {"dhcpv6-server", 547},
                                                  {"ldaps", 636},
                                                  {"imaps", 993},
                                                  {"pop3s", 995},
                                                  {"nfs", 2049},
                                                  {"mysql", 3306},
                                                  {"postgresql", 5432},
                                                  {"mdns", 5353},
                                                  {"http-alt", 8080}});

constexpr auto kIcmpTypes = std::to_array<Symbol>({{"echo-reply", 0},
                                                   {"pong", 0},
                                                   {"destination-unreachable", 3},
                                                   {"source-quench", 4},
                                                   {"redirect", 5},
                                                   {"echo-request", 8},
                                                   {"ping", 8},
                                                   {"router-advertisement", 9},
                                                   {"router-solicitation", 10},
                                                   {"time-exceeded", 11},
                                                   {"ttl-exceeded", 11},
                                                   {"parameter-problem", 12},
                                                   {"timestamp-request", 13},
                                                   {"timestamp-reply", 14},
                                                   {"info-request", 15},
                                                   {"info-reply", 16},
                                                   {"address-mask-request", 17},
                                                   {"address-mask-reply", 18}});

constexpr auto kIcmpv6Types = std::to_array<Symbol>({{"destination-unreachable", 1},
                                                     {"packet-too-big", 2},
                                                     {"time-exceeded", 3},
                                                     {"ttl-exceeded", 3},
                                                     {"parameter-problem", 4},
                                                     {"echo-request", 128},
                                                     {"ping", 128},
                                                     {"echo-reply", 129},
                                                     {"pong", 129},
                                                     {"mld-listener-query", 130},
                                                     {"mld-listener-report", 131},
                                                     {"mld-listener-done", 132},
                                                     {"mld-listener-reduction", 132},
                                                     {"nd-router-solicit", 133},
                                                     {"router-solicitation", 133},
                                                     {"nd-router-advert", 134},
                                                     {"router-advertisement", 134},
                                                     {"nd-neighbor-solicit", 135},
                                                     {"neighbour-solicitation", 135},
                                                     {"neighbor-solicitation", 135},
                                                     {"nd-neighbor-advert", 136},
                                                     {"neighbour-advertisement", 136},
                                                     {"neighbor-advertisement", 136},
                                                     {"nd-redirect", 137},
                                                     {"redirect", 137},
                                                     {"router-renumbering", 138},
                                                     {"ind-neighbor-solicit", 141},
                                                     {"ind-neighbor-advert", 142},
                                                     {"mld2-listener-report", 143}});

constexpr auto kIcmpCodes = std::to_array<Symbol>({{"net-unreachable", 0},
                                                   {"host-unreachable", 1},
                                                   {"prot-unreachable", 2},
                                                   {"port-unreachable", 3},
                                                   {"frag-needed", 4},
                                                   {"net-prohibited", 9},
                                                   {"host-prohibited", 10},
                                                   {"admin-prohibited", 13}});

constexpr auto kIcmpv6Codes = std::to_array<Symbol>({{"no-route", 0},
                                                     {"admin-prohibited", 1},
                                                     {"addr-unreachable", 3},
                                                     {"port-unreachable", 4},
                                                     {"policy-fail", 5},
                                                     {"reject-route", 6}});

constexpr auto kIcmpxCodes = std::to_array<Symbol>(
    {{"no-route", 0}, {"port-unreachable", 1}, {"host-unreachable", 2}, {"admin-prohibited", 3}});

constexpr auto kTcpFlags = std::to_array<Symbol>({{"fin", 1},
                                                  {"syn", 2},
                                                  {"rst", 4},
                                                  {"psh", 8},
                                                  {"ack", 16},
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

constexpr auto kAddressTypes = numbered<Symbol>(model::kRouteTypes);

constexpr auto kNfProtocols = std::to_array<Symbol>({{"ipv4", 2}, {"ipv6", 10}});

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
    return kProtocols;
}

std::span<const Symbol> ether_types()
{
    return kEtherTypes;
}

std::span<const Symbol> services()
{
    return kServices;
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
