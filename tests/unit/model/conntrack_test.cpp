#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/conntrack.hpp"

namespace onlan::model {
namespace {

constexpr std::uint32_t kSeenReply = 2;
constexpr std::uint32_t kAssured = 4;
constexpr std::uint32_t kConfirmed = 8;
constexpr std::uint32_t kSourceNat = 0x10;
constexpr std::uint32_t kDestinationNat = 0x20;
constexpr std::uint32_t kNatDone = 0x180;

Conntrack entry(std::string_view line)
{
    const auto parsed = Conntrack::parse(line);
    EXPECT_TRUE(parsed) << parsed.error().message;
    return parsed.value_or(Conntrack{});
}

Tuple tuple(const char* source, const char* destination, std::uint16_t from, std::uint16_t to)
{
    return {.source = *net::IpAddress::parse(source),
            .destination = *net::IpAddress::parse(destination),
            .protocol = 6,
            .source_port = from,
            .destination_port = to};
}

// What `conntrack -L` printed of a published port.
TEST(ConntrackText, AnEntryTellsWhatItImplies)
{
    const Conntrack expected{.original = tuple("192.168.137.248", "192.168.137.250", 40000, 5000),
                             .reply = tuple("172.18.0.2", "192.168.137.248", 5000, 40000),
                             .status =
                                 kSeenReply | kAssured | kConfirmed | kDestinationNat | kNatDone,
                             .timeout = 431999,
                             .mark = 5,
                             .tcp_state = 3};
    EXPECT_EQ(entry("tcp      6 431999 ESTABLISHED src=192.168.137.248 dst=192.168.137.250 "
                    "sport=40000 dport=5000 src=172.18.0.2 dst=192.168.137.248 sport=5000 "
                    "dport=40000 [ASSURED] mark=5 use=1"),
              expected);
}

TEST(ConntrackText, TheListInProcIsTheSame)
{
    EXPECT_EQ(entry("ipv4     2 udp      17 29 src=10.0.0.1 dst=10.0.0.2 sport=1 dport=53 "
                    "packets=1 bytes=60 [UNREPLIED] src=10.0.0.2 dst=10.0.0.3 sport=53 dport=1024 "
                    "packets=0 bytes=0 mark=0 zone=7 use=2"),
              entry("udp 17 29 src=10.0.0.1 dst=10.0.0.2 sport=1 dport=53 [UNREPLIED] src=10.0.0.2 "
                    "dst=10.0.0.3 sport=53 dport=1024 mark=0 zone=7 use=1"));
    EXPECT_EQ(entry("udp 17 29 src=10.0.0.1 dst=10.0.0.2 sport=1 dport=53 [UNREPLIED] src=10.0.0.2 "
                    "dst=10.0.0.3 sport=53 dport=1024 mark=0")
                  .status,
              kConfirmed | kSourceNat | kNatDone);
}

TEST(ConntrackText, EchoesAreKnownByTypeCodeAndIdentifier)
{
    const Conntrack echo = entry("icmp 1 29 src=10.0.0.1 dst=10.0.0.2 type=8 code=0 id=4711 "
                                 "src=10.0.0.2 dst=10.0.0.1 type=0 code=0 id=4711 mark=0");
    EXPECT_EQ(echo.original.source_port, 4711);
    EXPECT_EQ(echo.original.destination_port, 8 * 256);
    EXPECT_EQ(echo.reply.destination_port, 0);
    EXPECT_EQ(echo.status, kConfirmed | kSeenReply | kNatDone);
}

TEST(ConntrackText, NothingIsLostThereAndBack)
{
    for (const char* line :
         {"tcp 6 431999 ESTABLISHED src=fd00::1 dst=fd00::2 sport=1 dport=2 src=fd00::2 "
          "dst=fd00::1 "
          "sport=2 dport=1 [ASSURED] mark=7 zone-orig=3 zone-reply=4 status=0x18e flags=0x23/0x33 "
          "scale=7/9",
          "icmpv6 58 29 src=fd00::1 dst=fd00::2 type=128 code=1 id=7 [UNREPLIED] src=fd00::2 "
          "dst=fd00::1 type=129 code=1 id=7 mark=0 status=0x188",
          "unknown 89 29 src=10.0.0.1 dst=10.0.0.2 [UNREPLIED] src=10.0.0.2 dst=10.0.0.1 mark=0 "
          "status=0x188"})
        EXPECT_EQ(entry(line).to_string(), line);
}

TEST(ConntrackText, WhatIsNoEntryIsSaid)
{
    for (const char* line : {"", "tcp", "tcp x", "tcp 6 1", "tcp 6 1 src=1.2.3",
                             "tcp 6 1 dst=1.2.3.4", "tcp 6 1 src=1.2.3.4 dst=1.2.3.4 sport=99999",
                             "tcp 6 1 SYN_GONE src=1.2.3.4 dst=1.2.3.4"})
        EXPECT_FALSE(Conntrack::parse(line)) << line;
}

} // namespace
} // namespace onlan::model
