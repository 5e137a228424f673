#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "render/svg.hpp"

namespace onlan::render {
namespace {

using model::Action;
using testing::HasSubstr;
using testing::Not;

model::TracedPacket syn(unsigned number, model::Action action)
{
    return {.number = number,
            .summary = "SYN 10.0.0.1:40000 > 10.0.0.2:80",
            .sent = {.protocol = 6, .flags = "S"},

            .steps = {{.netns = "host",
                       .device = "br0",
                       .stage = model::Stage::ip_forward,
                       .action = action}}};
}

std::string drawn(std::vector<model::TracedPacket> packets)
{
    return svg({.outcome = model::Outcome::timeout, .packets = std::move(packets)},
               {.from = "web", .to = "10.0.0.2:80"}, model::Names(model::Snapshot{}));
}

TEST(Svg, LeavesOutWhatWasSentAgainAndWentTheSameWay)
{
    const std::string picture = drawn({syn(1, Action::drop), syn(2, Action::drop)});
    EXPECT_THAT(picture, HasSubstr(">1. SYN"));
    EXPECT_THAT(picture, Not(HasSubstr(">2. SYN")));
}

TEST(Svg, LeavesOutWhatWasSentAgainAlsoIfOnlyTheFirstHadToFindItsNeighbour)
{
    model::TracedPacket first = syn(1, Action::forward);
    first.steps.push_back({.netns = "host",
                           .device = "br0",
                           .stage = model::Stage::neighbour,
                           .action = model::Action::resolve});
    first.steps.push_back(syn(1, Action::drop).steps.front());
    model::TracedPacket second = syn(2, Action::forward);
    second.steps.push_back(syn(2, Action::drop).steps.front());
    EXPECT_THAT(drawn({first, second}), Not(HasSubstr(">2. SYN")));
}

TEST(Svg, ShowsWhatWasSentAgainAndWentAnotherWay)
{
    EXPECT_THAT(drawn({syn(1, Action::drop), syn(2, Action::mark)}), HasSubstr(">2. SYN"));
}

TEST(Svg, LeavesOutTheSearchForNeighbours)
{
    model::TracedPacket arp = syn(1, Action::answer);
    arp.summary = "ARP who-has 10.0.0.2 tell 10.0.0.1";
    arp.sent = {.protocol = 0, .flags = "who-has"};
    EXPECT_THAT(drawn({arp}), Not(HasSubstr("who-has")));
}

TEST(Svg, IsXmlWhateverBytesANameHolds)
{
    model::TracedPacket packet = syn(1, Action::drop);
    packet.steps.front().device = "br\xFF\x01<0>";
    const std::string picture = drawn({packet});
    EXPECT_THAT(picture, HasSubstr("br\xEF\xBF\xBD\xEF\xBF\xBD&lt;0&gt;"));
    EXPECT_THAT(picture, Not(HasSubstr("\xFF")));
}

} // namespace
} // namespace onlan::render
