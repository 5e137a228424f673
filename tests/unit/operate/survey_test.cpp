#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operate/survey.hpp"
#include "unit/plan/worlds.hpp"

namespace onlan::operate {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

kernel::ProbeAnswer answer(std::string_view address)
{
    return {.address = ip(address), .mac = mac("02:00:00:00:00:99")};
}

plan::Plan making_network_of(const model::Lan& lan)
{
    return {.steps = {{.owner = lan.name,
                       .change = plan::CreateDockerNetwork{.network = {.name = lan.name}}}}};
}

class Survey : public testing::Test {
protected:
    [[nodiscard]] std::vector<Inquiry> asked() const
    {
        return inquiries(model::Intent{{lan}}, host, making_network_of(lan));
    }

    model::Snapshot host = plan::article_host();
    model::Lan lan = plan::lan137();
};

TEST_F(Survey, AsksForThePoolAndTheGatewayOnTheUplink)
{
    const auto all = asked();
    ASSERT_THAT(all, SizeIs(1));
    EXPECT_EQ(all.front().link, "br-lan");
    EXPECT_THAT(all.front().addresses, SizeIs(16 + 1));
    EXPECT_EQ(all.front().addresses.front(), ip("192.168.137.192"));
    EXPECT_EQ(all.front().addresses.back(), ip("192.168.137.245"));
}

TEST_F(Survey, AsksNothingForALanWhoseNetworkThePlanDoesNotMake)
{
    EXPECT_THAT(inquiries(model::Intent{{lan}}, host, {}), IsEmpty());
    plan::Plan removing = making_network_of(lan);
    removing.steps = {plan::undoing({.owner = lan.name, .change = removing.steps.front().change})};
    EXPECT_THAT(inquiries(model::Intent{{lan}}, host, removing), IsEmpty());
}

TEST_F(Survey, AsksOnThePortOfABridgeThatIsStillToBeMade)
{
    lan.uplink = {.bridge = "br-new", .ports = {"eno1"}};
    EXPECT_EQ(asked().front().link, "eno1");
}

TEST_F(Survey, AsksNothingOnALinkThatIsDown)
{
    plan::netns(host).links[1].up = false;
    EXPECT_THAT(asked(), IsEmpty());
}

TEST_F(Survey, ReservesWhoAnswersAndMissesASilentGateway)
{
    plan::Survey survey;
    conclude(asked().front(), std::vector{answer("192.168.137.200")}, survey);
    EXPECT_THAT(survey.in_use, ElementsAre(ip("192.168.137.200")));
    EXPECT_THAT(survey.silent_gateways, ElementsAre(ip("192.168.137.245")));
}

TEST_F(Survey, DoesNotReserveAGatewayThatAnswers)
{
    plan::Survey survey;
    conclude(asked().front(), std::vector{answer("192.168.137.245")}, survey);
    EXPECT_THAT(survey.in_use, IsEmpty());
    EXPECT_THAT(survey.silent_gateways, IsEmpty());
}

TEST_F(Survey, DoesNotWaitForItselfAsTheGateway)
{
    lan.ipv4.gateway = ip("192.168.137.250"); // br-lan's own
    const Inquiry inquiry = asked().front();
    EXPECT_THAT(inquiry.addresses, Not(Contains(ip("192.168.137.250"))));
    plan::Survey survey;
    conclude(inquiry, {}, survey);
    EXPECT_THAT(survey.silent_gateways, IsEmpty());
}

TEST_F(Survey, AsksNoMoreOfALargeSubnetThanOneCanWaitFor)
{
    lan.ipv4.pool.reset();
    lan.ipv4.subnet = prefix("10.0.0.0/8");
    EXPECT_THAT(asked().front().addresses, SizeIs(1024 + 1));
}

TEST_F(Survey, AsksForBothFamilies)
{
    lan.ipv6 = {.subnet = prefix("fd00:137::/64"), .gateway = {}, .pool = {}};
    EXPECT_THAT(asked(), SizeIs(2));
}

} // namespace
} // namespace onlan::operate
