#include "redact/addresses.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace onlan::redact {
namespace {

using net::Family;

// Blocks that are mapped onto themselves. Of a fixed one every address is.
struct Block {
    net::Prefix prefix;
    bool fixed = false;
};

std::vector<Block> blocks_of(Family family)
{
    std::vector<Block> blocks;
    const auto add = [&](const char* text, bool fixed) {
        blocks.push_back({.prefix = *net::Prefix::parse(text), .fixed = fixed});
    };
    if (family == Family::ipv4) {
        for (const char* fixed : {"0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3"})
            add(fixed, true);
        for (const char* kept :
             {"10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"})
            add(kept, false);
    } else {
        // Solicited-node addresses have bits of the address that they ask for.
        for (const char* kept : {"ff02::1:ff00:0/104", "fe80::/64"})
            add(kept, false);
        for (const char* fixed : {"::/8", "ff00::/8"})
            add(fixed, true);
        for (const char* kept : {"2000::/3", "fc00::/7", "fe80::/10"})
            add(kept, false);
    }
    return blocks;
}

const std::vector<Block>& blocks(Family family)
{
    static const std::array<std::vector<Block>, 2> all = {blocks_of(Family::ipv4),
                                                          blocks_of(Family::ipv6)};
    return all.at(static_cast<std::size_t>(family));
}

// A node of the tree of all addresses, by the block that it is the top of, may swap its halves
// unless a block that has to stay in its place lies below it.
bool may_swap(const net::Prefix& node)
{
    for (const Block& block : blocks(node.family())) {
        if (block.prefix.length() > node.length() && node.contains(block.prefix.first()))
            return false;
        if (block.prefix.length() <= node.length() && block.prefix.contains(node.first()))
            return !block.fixed;
    }
    return true;
}

constexpr unsigned mapped_bits(Family family)
{
    return family == Family::ipv4 ? 24 : 128;
}

constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

std::array<std::uint8_t, 18> node_bytes(const net::Prefix& node)
{
    std::array<std::uint8_t, 18> bytes{};
    std::ranges::copy(node.first().bytes(), bytes.begin());
    bytes[16] = static_cast<std::uint8_t>(node.length());
    bytes[17] = static_cast<std::uint8_t>(node.family());
    return bytes;
}

} // namespace

net::IpAddress Addresses::operator()(const net::IpAddress& address) const
{
    std::array<std::uint8_t, 16> bytes{};
    const auto original = address.bytes();
    std::ranges::copy(original, bytes.begin());
    if (address.family() == Family::ipv6 && std::ranges::equal(original.first(12), kMapped)) {
        const net::IpAddress inner = (*this)(*net::IpAddress::from_bytes(original.subspan(12)));
        std::ranges::copy(inner.bytes(), bytes.begin() + 12);
        return *net::IpAddress::from_bytes(bytes);
    }
    const unsigned last = mapped_bits(address.family()) - 1;
    for (unsigned bit = 0; bit <= last; ++bit) {
        const net::Prefix node = net::Prefix::around(address, bit);
        // The last one always does, so that hardly an address is left as it was.
        if (may_swap(node) && (bit == last || (keyed_hash(key_, node_bytes(node)) & 1) != 0))
            bytes[bit / 8] ^= static_cast<std::uint8_t>(0x80 >> bit % 8);
    }
    return *net::IpAddress::from_bytes(std::span(bytes).first(original.size()));
}

net::Prefix Addresses::operator()(const net::Prefix& prefix) const
{
    return net::Prefix::around((*this)(prefix.first()), prefix.length());
}

net::InterfaceAddress Addresses::operator()(const net::InterfaceAddress& address) const
{
    return {.address = (*this)(address.address), .length = address.length};
}

net::MacAddress Addresses::operator()(const net::MacAddress& mac) const
{
    constexpr std::uint8_t kGroup = 0x01;
    constexpr std::uint8_t kKept = 0x03; // group, locally administered
    if ((mac.bytes[0] & kGroup) != 0 || mac == net::MacAddress{})
        return mac;
    std::uint64_t hash = keyed_hash(key_, mac.bytes);
    net::MacAddress mapped;
    for (std::uint8_t& byte : mapped.bytes) {
        byte = static_cast<std::uint8_t>(hash);
        hash >>= 8;
    }
    mapped.bytes[0] =
        static_cast<std::uint8_t>((mapped.bytes[0] & ~kKept) | (mac.bytes[0] & kKept));
    return mapped;
}

} // namespace onlan::redact
