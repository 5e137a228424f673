#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernel/link_arrival.hpp"
#include "kernel/links.hpp"
#include "unit/kernel/own_netns.hpp"

namespace onlan::kernel {
namespace {

using namespace std::chrono_literals;

using testing::ElementsAre;
using testing::IsEmpty;

TEST(LinkArrival, WhatIsThereIsNotWaitedFor)
{
    in_own_netns(
        [](NetlinkSocket& /*socket*/) { EXPECT_THAT(*await_links({"lo"}, 0ms), IsEmpty()); });
}

TEST(LinkArrival, WhatDoesNotComeIsNamed)
{
    in_own_netns([](NetlinkSocket& /*socket*/) {
        EXPECT_THAT(*await_links({"eno1", "lo", "eno2"}, 20ms), ElementsAre("eno1", "eno2"));
    });
}

TEST(LinkArrival, ALinkThatAppearsEndsTheWaiting)
{
    in_own_netns([](NetlinkSocket& socket) {
        // The kernel hands a new thread its maker's namespace.
        std::optional<Result<std::set<std::string>>> missing;
        std::jthread waiting([&] { missing = await_links({"late"}, 60s); });
        EXPECT_OK(create_bridge(socket, {.name = "early", .mtu = 1500, .alias = "onlan:x"}));
        EXPECT_OK(create_bridge(socket, {.name = "late", .mtu = 1500, .alias = "onlan:x"}));
        waiting.join();
        EXPECT_THAT(missing->value(), IsEmpty());
    });
}

} // namespace
} // namespace onlan::kernel
