#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/nft_devices.hpp"

namespace onlan::formats {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(NftDevices, A_chain_is_bound_to_one_device_or_to_several)
{
    constexpr std::string_view kText = R"(table netdev t {
	chain in {
		type filter hook ingress device "port-a" priority filter; policy accept;
	}
	chain out {
		type filter hook egress devices = { port-a, "eth0.5" } priority filter; policy drop;
	}
}
table inet u {
	chain in {
		type filter hook ingress device "eth1" priority -500; policy accept;
	}
}
)";
    EXPECT_THAT(parse_nft_chain_devices(kText),
                ElementsAre(NftChainDevices{"netdev", "t", "in", {"port-a"}},
                            NftChainDevices{"netdev", "t", "out", {"port-a", "eth0.5"}},
                            NftChainDevices{"inet", "u", "in", {"eth1"}}));
}

TEST(NftDevices, Other_chains_are_bound_to_none)
{
    constexpr std::string_view kText = R"(table ip nat {
	chain PREROUTING {
		type nat hook prerouting priority dstnat; policy accept;
	}
	chain device {
	}
}
)";
    EXPECT_THAT(parse_nft_chain_devices(kText), IsEmpty());
    EXPECT_THAT(parse_nft_chain_devices("table netdev t {\n\tchain in {\n\t\ttype filter hook"),
                IsEmpty());
}

} // namespace
} // namespace onlan::formats
