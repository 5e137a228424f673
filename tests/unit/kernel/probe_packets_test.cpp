#include <algorithm>

#include <gtest/gtest.h>

#include "kernel/probe_packets.hpp"
#include "unit/net/values.hpp"

namespace onlan::kernel {
namespace {

using Frame = std::vector<std::uint8_t>;

const net::MacAddress kOwn{{0x02, 0, 0, 0, 0, 0x01}};

const Frame kProbe = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02, 0,   0,   0,
                      0,    0x01, 0x08, 0x06,                      // Ethernet: to all, ARP
                      0,    1,    0x08, 0,    6,    4,    0,    1, // a request for IPv4
                      0x02, 0,    0,    0,    0,    0x01, 0,    0,   0,   0,    // from 0.0.0.0
                      0,    0,    0,    0,    0,    0,    192,  168, 137, 210}; // who has it?

TEST(ArpProbe, IsTheFrameOfRfc5227)
{
    EXPECT_EQ(arp_probe(kOwn, ip("192.168.137.210")), kProbe);
}

TEST(ArpProbe, AQuestionIsNoAnswer)
{
    EXPECT_EQ(answer_in(kProbe), std::nullopt);
}

TEST(ArpProbe, AReplyTellsWhoseTheAddressIs)
{
    Frame reply = kProbe;
    reply[21] = 2; // ARPOP_REPLY
    const Frame sender = {0x02, 0, 0, 0, 0, 0x42, 192, 168, 137, 210};
    std::ranges::copy(sender, reply.begin() + 22);
    const ProbeAnswer expected{.address = ip("192.168.137.210"),
                               .mac = net::MacAddress{{0x02, 0, 0, 0, 0, 0x42}}};
    EXPECT_EQ(answer_in(reply), expected);
}

// The checksum is of RFC 4443, section 2.3, computed apart from the code under test.
const Frame kSolicitation = {
    0x33, 0x33, 0xFF, 0,    0, 0x10, 0x02, 0,   0, 0, 0, 0x01, 0x86, 0xDD, // to the node's group
    0x60, 0,    0,    0,    0, 24,   58,   255,                            // IPv6, hop limit 255
    0,    0,    0,    0,    0, 0,    0,    0,   0, 0, 0, 0,    0,    0,    0, 0, // from ::
    0xFF, 0x02, 0,    0,    0, 0,    0,    0,   0, 0, 0, 1,    0xFF, 0,    0, 0x10,
    135,  0,    0x4C, 0xCF, 0, 0,    0,    0, // solicitation
    0x20, 0x01, 0x0D, 0xB8, 0, 0,    0,    0,   0, 0, 0, 0,    0,    0,    0, 0x10};

TEST(NeighbourSolicitation, IsTheFrameOfRfc4862)
{
    EXPECT_EQ(neighbour_solicitation(kOwn, ip("2001:db8::10")), kSolicitation);
}

TEST(NeighbourSolicitation, AnAdvertisementTellsWhoseTheAddressIs)
{
    Frame advertisement = kSolicitation;
    advertisement[11] = 0x42; // whose frame it is
    advertisement[54] = 136;
    const ProbeAnswer expected{.address = ip("2001:db8::10"),
                               .mac = net::MacAddress{{0x02, 0, 0, 0, 0, 0x42}}};
    EXPECT_EQ(answer_in(kSolicitation), std::nullopt);
    EXPECT_EQ(answer_in(advertisement), expected);
}

TEST(ProbeAnswers, ACutFrameIsNone)
{
    Frame reply = kProbe;
    reply[31] = 10; // some sender address
    Frame advertisement = kSolicitation;
    advertisement[54] = 136;
    for (const Frame& whole : {reply, advertisement}) {
        ASSERT_NE(answer_in(whole), std::nullopt);
        for (std::size_t length = 0; length < whole.size(); ++length)
            EXPECT_EQ(answer_in(Frame(whole.begin(), whole.begin() + static_cast<long>(length))),
                      std::nullopt)
                << length;
    }
}

} // namespace
} // namespace onlan::kernel
