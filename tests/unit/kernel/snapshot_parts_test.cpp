#include <algorithm>

#include <netinet/in.h>
#include <sys/socket.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/subprocess.hpp"
#include "formats/proc_sockets.hpp"
#include "kernel/conntrack.hpp"
#include "kernel/features.hpp"
#include "kernel/ipsets.hpp"
#include "kernel/links.hpp"
#include "kernel/netns_ids.hpp"
#include "kernel/sockets.hpp"
#include "unit/kernel/own_netns.hpp"

namespace onlan::kernel {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

void run(std::vector<std::string> words)
{
    const auto finished = run_program(words);
    ASSERT_TRUE(finished) << finished.error().message;
    EXPECT_EQ(finished->status, 0) << words.front() << ": " << finished->errors;
}

UniqueFd bound(int kind, std::uint16_t port)
{
    UniqueFd fd{::socket(AF_INET, kind | SOCK_CLOEXEC, 0)};
    const sockaddr_in address{.sin_family = AF_INET,
                              .sin_port = htons(port),
                              .sin_addr = {htonl(INADDR_LOOPBACK)},
                              .sin_zero = {}};
    EXPECT_EQ(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    return fd;
}

TEST(Conntrack, IsListedWithItsTuplesAndListingStartsNothing)
{
    in_own_netns([](NetlinkSocket&) {
        run({"ip", "link", "set", "lo", "up"});
        const auto send = [] {
            const UniqueFd fd = bound(SOCK_DGRAM, 4444);
            const sockaddr_in nobody{.sin_family = AF_INET,
                                     .sin_port = htons(9),
                                     .sin_addr = {htonl(INADDR_LOOPBACK)},
                                     .sin_zero = {}};
            ::sendto(fd.get(), "", 0, 0, reinterpret_cast<const sockaddr*>(&nobody), sizeof nobody);
        };
        EXPECT_OK(list_conntrack());
        send();
        EXPECT_THAT(list_conntrack()->entries, IsEmpty()); // nobody tracks here
        run({"iptables-nft", "-A", "OUTPUT", "-m", "conntrack", "--ctstate", "NEW"});
        send();
        auto entries = list_conntrack()->entries;
        ASSERT_EQ(entries.size(), 1U);
        auto listed = run_program({"conntrack", "-L"});
        ASSERT_TRUE(listed) << listed.error().message;
        auto expected =
            model::Conntrack::parse(listed->output.substr(0, listed->output.find('\n')));
        ASSERT_TRUE(expected) << expected.error().message;
        expected->status = entries[0].status; // of NAT it cannot know
        expected->timeout = entries[0].timeout;
        EXPECT_EQ(entries[0], *expected);
    });
}

TEST(Sockets, ListenersAndUnconnectedUdpSocketsAreThoseThatProcShows)
{
    in_own_netns([](NetlinkSocket&) {
        run({"ip", "link", "set", "lo", "up"});
        const UniqueFd udp = bound(SOCK_DGRAM, 53);
        constexpr int kYes = 1;
        EXPECT_EQ(::setsockopt(udp.get(), SOL_IP, IP_TRANSPARENT, &kYes, sizeof kYes), 0);
        const UniqueFd tcp = bound(SOCK_STREAM, 80);
        EXPECT_EQ(::listen(tcp.get(), 1), 0);
        const UniqueFd silent = bound(SOCK_STREAM, 81);
        const auto sockets = list_sockets();
        ASSERT_TRUE(sockets) << sockets.error().message;
        std::vector<model::Socket> expected;
        for (const auto& [file, protocol] : {std::pair{"/proc/thread-self/net/tcp", IPPROTO_TCP},
                                             std::pair{"/proc/thread-self/net/udp", IPPROTO_UDP}}) {
            const auto shown = run_program({"cat", file});
            ASSERT_TRUE(shown) << shown.error().message;
            const auto found =
                formats::sockets_from_proc(shown->output, static_cast<std::uint8_t>(protocol));
            ASSERT_TRUE(found) << found.error().message;
            expected.insert(expected.end(), found->begin(), found->end());
        }
        for (model::Socket& socket : expected)
            socket.transparent = socket.protocol == IPPROTO_UDP; // which these files do not show
        EXPECT_EQ(*sockets, expected);
        EXPECT_EQ(sockets->size(), 2U);
    });
}

TEST(IpSets, AreListedWithTheirElements)
{
    in_own_netns([](NetlinkSocket&) {
        EXPECT_THAT(*list_ipsets(), IsEmpty());
        run({"ipset", "create", "guests", "hash:ip,port"});
        run({"ipset", "add", "guests", "10.0.0.1,tcp:80"});
        const auto sets = list_ipsets();
        ASSERT_TRUE(sets) << sets.error().message;
        ASSERT_EQ(sets->size(), 1U);
        EXPECT_EQ(sets->front().name, "guests");
        EXPECT_THAT(sets->front().elements, ElementsAre(ElementsAre("10.0.0.1,tcp:80")));
    });
}

TEST(NetnsIds, ANamespaceThatNoLinkLeadsToHasNone)
{
    in_own_netns([](NetlinkSocket& socket) {
        const auto other = NetnsHandle::open("/proc/self/ns/net"); // of the first thread
        ASSERT_TRUE(other) << other.error().message;
        const auto id = netns_id(socket, *other);
        ASSERT_TRUE(id) << id.error().message;
        EXPECT_EQ(*id, std::nullopt);
    });
}

TEST(Features, AFunctionIsOnlyMissedWhereItsSubsystemIs)
{
    const auto features =
        features_from_symbols("0000000000000000 t br_nf_forward_ip\t[br_netfilter]\n"
                              "0000000000000000 t br_nf_pre_routing\n"
                              "0000000000000000 T nf_nat_setup_info\n"
                              "0000000000000000 t nf_nat_used_tuple_new.isra.0\n"
                              "broken\n");
    const std::map<std::string, bool> expected = {
        {"br_nf_forward", false}, {"br_nf_local_in", false}, {"nf_nat_used_tuple_new", true}};
    EXPECT_EQ(features, expected);
    const std::string any_kernel = "0000000000000000 T netif_receive_skb\n";
    EXPECT_EQ(features_from_symbols(any_kernel).at("ebtables"), false);
    EXPECT_EQ(features_from_symbols(any_kernel + "0000000000000000 t ebt_do_table\t[ebtables]\n")
                  .at("ebtables"),
              true);
}

} // namespace
} // namespace onlan::kernel
