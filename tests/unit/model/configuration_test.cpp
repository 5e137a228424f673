#include <fmt/format.h>
#include <gtest/gtest.h>

#include "model/configuration.hpp"

namespace onlan::model {
namespace {

std::string error_of(std::string_view text)
{
    const auto intent = parse_configuration(text, "onlan.yaml");
    return intent ? "no error" : intent.error().message;
}

// A good file, for one line to be spoilt in.
std::string with(std::string_view good, std::string_view bad)
{
    std::string text = "version: 1\n"
                       "lans:\n"
                       "  lan137:\n"
                       "    uplink: {bridge: br-lan}\n"
                       "    attach: docker-bridge\n"
                       "    subnet: 192.168.137.0/24\n"
                       "    gateway: 192.168.137.245\n"
                       "    pool: 192.168.137.192/28\n";
    return text.replace(text.find(good), good.size(), bad);
}

TEST(Configuration, AGoodFileGivesTheWholeIntent)
{
    const auto intent = parse_configuration("version: 1\n"
                                            "lans:\n"
                                            "  lan137:\n"
                                            "    uplink: {bridge: br0, ports: [eno1, eno2]}\n"
                                            "    attach: macvlan\n"
                                            "    subnet: 192.168.137.0/24\n"
                                            "    gateway: 192.168.137.245\n"
                                            "    pool: 192.168.137.200-192.168.137.219\n"
                                            "    subnet6: 2001:db8::/64\n"
                                            "    gateway6: 2001:db8::1\n"
                                            "    pool6: 2001:db8::d0c0/124\n"
                                            "  small:\n"
                                            "    uplink: {bridge: br1}\n"
                                            "    attach: docker-bridge\n"
                                            "    subnet: 10.0.0.0/8\n"
                                            "    gateway: 10.0.0.1\n",
                                            "onlan.yaml");
    ASSERT_TRUE(intent) << intent.error().message;
    const std::vector<Lan> expected = {
        {.name = "lan137",
         .uplink = {.bridge = "br0", .ports = {"eno1", "eno2"}},
         .attach = AttachMode::macvlan,
         .ipv4 = {.subnet = *net::Prefix::parse("192.168.137.0/24"),
                  .gateway = *net::IpAddress::parse("192.168.137.245"),
                  .pool = *net::AddressRange::parse("192.168.137.200-192.168.137.219")},
         .ipv6 = LanSubnet{.subnet = *net::Prefix::parse("2001:db8::/64"),
                           .gateway = *net::IpAddress::parse("2001:db8::1"),
                           .pool = *net::AddressRange::parse("2001:db8::d0c0/124")}},
        {.name = "small",
         .uplink = {.bridge = "br1", .ports = {}},
         .attach = AttachMode::docker_bridge,
         .ipv4 = {.subnet = *net::Prefix::parse("10.0.0.0/8"),
                  .gateway = *net::IpAddress::parse("10.0.0.1"),
                  .pool = {}},
         .ipv6 = {}}};
    EXPECT_EQ(intent->lans, expected);
}

struct Spoilt {
    const char* what;
    const char* good;
    const char* bad;
    const char* error;
};

class SpoiltConfiguration : public testing::TestWithParam<Spoilt> {};

TEST_P(SpoiltConfiguration, IsRefusedWithItsLineAndTheReason)
{
    const Spoilt& spoilt = GetParam();
    EXPECT_EQ(error_of(with(spoilt.good, spoilt.bad)), spoilt.error);
}

INSTANTIATE_TEST_SUITE_P(
    OneMistake,
    SpoiltConfiguration,
    testing::Values(
        Spoilt{"UnknownKeyWithHint", "gateway:", "gatewey:",
               "onlan.yaml:7: lans.lan137.gatewey: unknown key; did you mean 'gateway'?"},
        Spoilt{"UnknownKeyWithoutHint", "version: 1", "version: 1\nsomething: 1",
               "onlan.yaml:2: something: unknown key; expected one of: version, lans"},
        Spoilt{"DuplicateKey", "    gateway: 192.168.137.245",
               "    gateway: 192.168.137.245\n    gateway: 192.168.137.246",
               "onlan.yaml:8: lans.lan137.gateway: this key appears twice"},
        Spoilt{"MissingVersion", "version: 1\n", "", "onlan.yaml:1: version: this key is missing"},
        Spoilt{"OtherVersion", "version: 1", "version: 2",
               "onlan.yaml:1: version: expected 1, found '2'"},
        Spoilt{"MissingSubnet", "    subnet: 192.168.137.0/24\n", "",
               "onlan.yaml:3: lans.lan137.subnet: this key is missing: the LAN's IPv4 subnet, such "
               "as 192.168.137.0/24"},
        Spoilt{"MissingUplink", "    uplink: {bridge: br-lan}\n", "",
               "onlan.yaml:3: lans.lan137.uplink: this key is missing"},
        Spoilt{"ListForOneValue", "gateway: 192.168.137.245", "gateway: [192.168.137.245]",
               "onlan.yaml:7: lans.lan137.gateway: expected one value, found a list or a mapping"},
        Spoilt{"OneValueForMapping", "uplink: {bridge: br-lan}", "uplink: br-lan",
               "onlan.yaml:4: lans.lan137.uplink: expected a mapping"},
        Spoilt{"OneValueForList", "{bridge: br-lan}", "{bridge: br-lan, ports: eno1}",
               "onlan.yaml:4: lans.lan137.uplink.ports: expected a list such as [eno1]"},
        Spoilt{"PortOfItself", "{bridge: br-lan}", "{bridge: eno1, ports: [eno1]}",
               "onlan.yaml:4: lans.lan137.uplink.ports: eno1 cannot be a port of itself; give the "
               "bridge another name"},
        Spoilt{"GatewayOutsideTheSubnet", "192.168.137.245", "192.168.138.1",
               "onlan.yaml:7: lans.lan137.gateway: 192.168.138.1 is outside the subnet "
               "192.168.137.0/24"},
        Spoilt{"BroadcastGateway", "192.168.137.245", "192.168.137.255",
               "onlan.yaml:7: lans.lan137.gateway: 192.168.137.255 is the subnet's network or "
               "broadcast address"},
        Spoilt{"PoolOutsideTheSubnet", "192.168.137.192/28", "192.168.138.192/28",
               "onlan.yaml:8: lans.lan137.pool: 192.168.138.192-192.168.138.207 is outside the "
               "subnet 192.168.137.0/24"},
        Spoilt{"HostBitsInTheSubnet", "192.168.137.0/24", "192.168.137.1/24",
               "onlan.yaml:6: lans.lan137.subnet: '192.168.137.1/24' is not a subnet: bits set "
               "after the prefix; did you mean 192.168.137.0/24?"},
        Spoilt{"Ipv6Subnet",
               "subnet: 192.168.137.0/24\n    gateway: 192.168.137.245\n    pool: "
               "192.168.137.192/28",
               "subnet: 2001:db8::/64\n    gateway: 2001:db8::1",
               "onlan.yaml:6: lans.lan137.subnet: 2001:db8::/64 is not an IPv4 subnet"},
        Spoilt{"Gateway6Alone", "    gateway:", "    gateway6: 2001:db8::1\n    gateway:",
               "onlan.yaml:7: lans.lan137.gateway6: this key needs subnet6"},
        Spoilt{"LanNameTooLong", "  lan137:", "  a-long-lan-name:",
               "onlan.yaml:3: lans.a-long-lan-name: this name is longer than 12 characters; "
               "onlan's interfaces have names such as on-a-long-lan-name, and an interface's name "
               "has at most 15 characters"},
        Spoilt{"LanNameWithSlash", "  lan137:", "  lan/137:",
               "onlan.yaml:3: lans.lan/137: a LAN's name begins with a letter or a digit and has "
               "only letters, digits, '-', '_' and '.'"},
        Spoilt{"LanNameOfDocker", "  lan137:", "  host:",
               "onlan.yaml:3: lans.host: Docker keeps the name 'host' for a network of its own; "
               "give the LAN another name"},
        Spoilt{"MissingGateway", "    gateway: 192.168.137.245\n", "",
               "onlan.yaml:3: lans.lan137.gateway: this key is missing: the router's address on "
               "the LAN; without it, Docker would give containers a default route to an address of "
               "its own choice"},
        Spoilt{"EmptyGateway", "gateway: 192.168.137.245",
               "gateway:", "onlan.yaml:7: lans.lan137.gateway: this key has no value"},
        Spoilt{"EmptyAttach", "attach: docker-bridge",
               "attach:", "onlan.yaml:5: lans.lan137.attach: this key has no value"},
        Spoilt{"OneAddressAsPool", "192.168.137.192/28", "192.168.137.200",
               "onlan.yaml:8: lans.lan137.pool: '192.168.137.200' is one address, not a range: "
               "write FIRST-LAST, or a block such as 192.168.137.200/32"},
        Spoilt{"PortTwice", "{bridge: br-lan}", "{bridge: br-lan, ports: [eno1, eno2, eno1]}",
               "onlan.yaml:4: lans.lan137.uplink.ports: eno1 is listed twice"},
        Spoilt{"MulticastSubnet", "192.168.137.0/24", "239.1.0.0/16",
               "onlan.yaml:6: lans.lan137.subnet: 239.1.0.0/16 holds multicast and reserved "
               "addresses (224.0.0.0/3)"},
        Spoilt{"LoopbackSubnet", "192.168.137.0/24", "127.0.0.0/24",
               "onlan.yaml:6: lans.lan137.subnet: 127.0.0.0/24 holds loopback addresses "
               "(127.0.0.0/8)"},
        Spoilt{"SubnetTooSmall", "192.168.137.0/24", "192.168.137.244/31",
               "onlan.yaml:6: lans.lan137.subnet: 192.168.137.244/31 is too small for a router "
               "and a container: /30 is the smallest"},
        Spoilt{"BridgeNameTooLong", "br-lan", "a-bridge-with-a-name",
               "onlan.yaml:4: lans.lan137.uplink.bridge: 'a-bridge-with-a-name' is longer than 15 "
               "characters, the most that an interface's name can have"},
        Spoilt{"DefaultAttach", "    attach: docker-bridge\n", "",
               "onlan.yaml:3: lans.lan137.attach: 'switch', the default, needs onlan's own Docker "
               "driver, which this version does not have yet: write docker-bridge or macvlan"},
        Spoilt{"UnknownAttach", "docker-bridge", "ipvlan",
               "onlan.yaml:5: lans.lan137.attach: 'ipvlan' is not an attach mode: expected "
               "docker-bridge or macvlan"},
        Spoilt{"Anchor", "{bridge: br-lan}", "&up {bridge: br-lan}",
               "onlan.yaml:4: YAML anchors and aliases ('&', '*') are not supported"},
        Spoilt{"Alias", "gateway: 192.168.137.245", "gateway: *router",
               "onlan.yaml:7: not YAML: the referenced anchor is not defined"}),
    [](const auto& one) { return std::string(one.param.what); });

TEST(Configuration, EveryMistakeIsToldAtOnce)
{
    EXPECT_EQ(error_of("version: 2\n"
                       "lans:\n"
                       "  lan137:\n"
                       "    uplink: {bridge: br0}\n"
                       "    attach: macvlan\n"
                       "    gateway: 192.168.137.245\n"
                       "    subnet: 192.168.137.0/33\n"),
              "onlan.yaml:1: version: expected 1, found '2'\n"
              "onlan.yaml:7: lans.lan137.subnet: '192.168.137.0/33' is not a subnet such as "
              "192.168.137.0/24: the length is over 32");
}

TEST(Configuration, TwoLansThatClashAreRefused)
{
    EXPECT_EQ(
        error_of("version: 1\n"
                 "lans:\n"
                 "  one: {uplink: {bridge: br0, ports: [eno1]}, attach: macvlan, subnet: "
                 "10.0.0.0/16, gateway: 10.0.0.1, subnet6: 'fd00::/48'}\n"
                 "  two: {uplink: {bridge: br1, ports: [eno1]}, attach: macvlan, subnet: "
                 "10.0.7.0/24, gateway: 10.0.7.1, subnet6: 'fd00:0:0:7::/64'}\n"),
        "onlan.yaml:4: lans.two.uplink: eno1 is already a port of br0, in one\n"
        "onlan.yaml:4: lans.two.subnet: 10.0.7.0/24 overlaps 10.0.0.0/16 of one; Docker refuses "
        "that\n"
        "onlan.yaml:4: lans.two.subnet6: fd00:0:0:7::/64 overlaps fd00::/48 of one; Docker refuses "
        "that");
}

TEST(Configuration, AFaultySubnetOverlapsNone)
{
    EXPECT_EQ(error_of(with("version: 1\nlans:\n",
                            "version: 1\nlans:\n"
                            "  one: {uplink: {bridge: br0}, attach: macvlan, subnet: 10.0.0.0, "
                            "gateway: 10.0.0.1}\n")),
              "onlan.yaml:3: lans.one.subnet: '10.0.0.0' is not a subnet such as "
              "192.168.137.0/24: no '/LENGTH'");
}

TEST(Configuration, ACommentMayHoldAnything)
{
    const auto intent = parse_configuration(
        with("version: 1", "# router & switch, *all* of them: &here *there\nversion: 1"),
        "onlan.yaml");
    EXPECT_TRUE(intent) << intent.error().message;
}

// Each LAN is compared with every other.
TEST(Configuration, ThousandsOfLansAreRefused)
{
    std::string text = "version: 1\nlans:\n";
    for (int i = 0; i < 1025; ++i)
        text += fmt::format("  lan{}: {{}}\n", i);
    EXPECT_EQ(error_of(text), "onlan.yaml:2: lans: 1025 LANs; onlan supports at most 1024");
}

TEST(Configuration, TextThatIsNotYamlIsAnErrorWithItsLine)
{
    EXPECT_EQ(error_of("version: 1\nlans: {lan137: [\n"),
              "onlan.yaml:3: not YAML: end of sequence flow not found");
}

TEST(Configuration, AnythingButAMappingIsRefused)
{
    for (const char* text : {"", "- version", "version"})
        EXPECT_EQ(error_of(text), "onlan.yaml: expected 'version: 1' and 'lans:' (onlan.yaml(5) "
                                  "has an example)");
}

} // namespace
} // namespace onlan::model
