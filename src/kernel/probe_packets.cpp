#include "kernel/probe_packets.hpp"

#include <algorithm>
#include <array>

#include <linux/if_arp.h>
#include <linux/if_ether.h>

#include "net/protocols.hpp"

namespace onlan::kernel {
namespace {

using Bytes = std::span<const std::uint8_t>;
using Frame = std::vector<std::uint8_t>;

constexpr std::size_t kEthernet = 14;
constexpr std::size_t kMac = 6;
constexpr std::size_t kArp = 28; // for Ethernet and IPv4
constexpr std::size_t kIpv6 = 40;
constexpr std::size_t kNeighbour = 24; // ICMPv6 header, flags and target
constexpr std::uint8_t kSolicitation = 135;
constexpr std::uint8_t kAdvertisement = 136;

constexpr std::array<std::uint8_t, kMac> kBroadcast = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};

void put(Frame& frame, Bytes bytes)
{
    frame.insert(frame.end(), bytes.begin(), bytes.end());
}

void put16(Frame& frame, unsigned value)
{
    frame.push_back(static_cast<std::uint8_t>(value >> 8U));
    frame.push_back(static_cast<std::uint8_t>(value));
}

unsigned get16(Bytes bytes, std::size_t at)
{
    return static_cast<unsigned>(bytes[at]) << 8U | bytes[at + 1];
}

net::MacAddress mac_at(Bytes bytes, std::size_t at)
{
    net::MacAddress mac;
    std::ranges::copy(bytes.subspan(at, kMac), mac.bytes.begin());
    return mac;
}

// RFC 1071, over an even number of bytes.
std::uint16_t checksum(Bytes bytes)
{
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2)
        sum += get16(bytes, i);
    while (sum > 0xFFFF)
        sum = (sum & 0xFFFF) + (sum >> 16U);
    return static_cast<std::uint16_t>(~sum);
}

// ff02::1:ffXX:XXXX, RFC 4291 section 2.7.1.
std::array<std::uint8_t, 16> solicited_node(const net::IpAddress& address)
{
    std::array<std::uint8_t, 16> group = {0xFF, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01, 0xFF};
    std::ranges::copy(address.bytes().last(3), group.begin() + 13);
    return group;
}

std::optional<ProbeAnswer> arp_answer(Bytes frame)
{
    constexpr std::size_t kSender = kEthernet + 8;
    constexpr std::size_t kSenderAddress = kSender + kMac;
    if (frame.size() < kEthernet + kArp)
        return {};
    const auto address = net::IpAddress::from_bytes(frame.subspan(kSenderAddress, 4));
    if (!address || *address == net::IpAddress{})
        return {};
    return ProbeAnswer{.address = *address, .mac = mac_at(frame, kSender)};
}

std::optional<ProbeAnswer> advertisement(Bytes frame)
{
    constexpr std::size_t kNextHeader = kEthernet + 6;
    constexpr std::size_t kIcmp = kEthernet + kIpv6;
    constexpr std::size_t kTarget = kIcmp + 8;
    if (frame.size() < kIcmp + kNeighbour || frame[kNextHeader] != net::kIcmpv6 ||
        frame[kIcmp] != kAdvertisement)
        return {};
    const auto address = net::IpAddress::from_bytes(frame.subspan(kTarget, 16));
    if (!address)
        return {};
    return ProbeAnswer{.address = *address, .mac = mac_at(frame, kMac)};
}

} // namespace

Frame arp_probe(const net::MacAddress& from, const net::IpAddress& wanted)
{
    constexpr std::array<std::uint8_t, kMac> kUnknown{};
    constexpr std::array<std::uint8_t, 4> kNobody{};
    Frame frame;
    put(frame, kBroadcast);
    put(frame, from.bytes);
    put16(frame, ETH_P_ARP);
    put16(frame, ARPHRD_ETHER);
    put16(frame, ETH_P_IP);
    frame.push_back(kMac);
    frame.push_back(4);
    put16(frame, ARPOP_REQUEST);
    put(frame, from.bytes);
    put(frame, kNobody);
    put(frame, kUnknown);
    put(frame, wanted.bytes());
    return frame;
}

Frame neighbour_solicitation(const net::MacAddress& from, const net::IpAddress& wanted)
{
    constexpr std::uint8_t kHopLimit = 255;
    constexpr std::array<std::uint8_t, 16> kUnspecified{};
    const auto group = solicited_node(wanted);

    Frame icmp = {kSolicitation, 0, 0, 0, 0, 0, 0, 0};
    put(icmp, wanted.bytes());
    Frame pseudo; // RFC 8200 section 8.1
    put(pseudo, kUnspecified);
    put(pseudo, group);
    put16(pseudo, 0);
    put16(pseudo, kNeighbour);
    put16(pseudo, 0);
    put16(pseudo, net::kIcmpv6);
    put(pseudo, icmp);
    const std::uint16_t sum = checksum(pseudo);
    icmp[2] = static_cast<std::uint8_t>(sum >> 8U);
    icmp[3] = static_cast<std::uint8_t>(sum);

    Frame frame = {0x33, 0x33};
    put(frame, Bytes(group).last(4));
    put(frame, from.bytes);
    put16(frame, ETH_P_IPV6);
    put(frame, std::array<std::uint8_t, 4>{0x60});
    put16(frame, kNeighbour);
    frame.push_back(net::kIcmpv6);
    frame.push_back(kHopLimit);
    put(frame, kUnspecified);
    put(frame, group);
    put(frame, icmp);
    return frame;
}

std::optional<ProbeAnswer> answer_in(Bytes frame)
{
    if (frame.size() < kEthernet)
        return {};
    switch (get16(frame, 2 * kMac)) {
    case ETH_P_ARP:
        return arp_answer(frame);
    case ETH_P_IPV6:
        return advertisement(frame);
    default:
        return {};
    }
}

} // namespace onlan::kernel
