#include <gtest/gtest.h>

#include "formats/ip_vs.hpp"

namespace onlan::formats {
namespace {

// As the kernel prints it (ip_vs_info_seq_show()).
constexpr std::string_view kTwoServices =
    "IP Virtual Server version 1.2.1 (size=4096)\n"
    "Prot LocalAddress:Port Scheduler Flags\n"
    "  -> RemoteAddress:Port Forward Weight ActiveConn InActConn\n"
    "TCP  C0A84D01:0050 rr\n"
    "  -> 0A000002:1F90      Masq    1      0          0\n"
    "UDP  [fd00:0000:0000:0000:0000:0000:0000:0001]:0035 rr\n"
    "FWM  0000000A rr\n";

TEST(IpVs, VirtualServicesAreReadInTheWordsOfIpvsadm)
{
    const std::vector<std::string> expected = {
        "TCP 192.168.77.1:80", "UDP [fd00:0000:0000:0000:0000:0000:0000:0001]:53", "FWM 10"};
    EXPECT_EQ(virtual_services_from_proc(kTwoServices), expected);
}

TEST(IpVs, WithoutServicesThereIsNothingToTell)
{
    EXPECT_EQ(virtual_services_sentence("IP Virtual Server version 1.2.1 (size=4096)\n"), "");
}

} // namespace
} // namespace onlan::formats
