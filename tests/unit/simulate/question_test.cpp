// What a question adds to a snapshot: machines out on the LAN.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "simulate/question.hpp"
#include "unit/simulate/builders.hpp"

namespace onlan::simulate {
namespace {

using testing::Contains;
using testing::HasSubstr;

// A host with one NIC and a default route by a gateway that the snapshot does not hold.
class QuestionTest : public testing::Test {
protected:
    QuestionTest()
    {
        host.address("eth0", "192.168.1.2/24").route("0.0.0.0/0", "eth0", "192.168.1.1");
    }
    model::Explanation ask(const std::string& from, const std::string& to)
    {
        model::Snapshot snapshot;
        snapshot.kernel = "6.18.0";
        snapshot.namespaces = {host.netns};
        const Question question =
            Question::pose(std::move(snapshot), from, Target::parse(to).value()).value();
        return explain(question.world(), question.flow());
    }

    NetnsBuilder host{"host", 1};
};

TEST_F(QuestionTest, An_address_off_every_subnet_is_behind_the_gateway)
{
    for (const std::string to : {"1.1.1.1:443/tcp", "1.1.1.1:53/udp", "1.1.1.1/icmp"}) {
        const auto explanation = ask("host", to);
        EXPECT_EQ(explanation.outcome, model::Outcome::delivered) << to;
        EXPECT_THAT(explanation.assumptions,
                    Contains(HasSubstr("lan:192.168.1.1 forwards to 1.1.1.1")));
        EXPECT_THAT(explanation.assumptions,
                    Contains(HasSubstr("lan:1.1.1.1 is an ordinary host behind lan:192.168.1.1")));
    }
}

TEST_F(QuestionTest, Only_who_is_asked_for_a_port_is_taken_to_listen)
{
    const auto listens = Contains(HasSubstr("listens on port"));
    EXPECT_THAT(ask("host", "192.168.1.9:80/tcp").assumptions, listens);
    EXPECT_THAT(ask("host", "192.168.1.9/icmp").assumptions, testing::Not(listens));
    EXPECT_THAT(ask("host", "1.1.1.1/icmp").assumptions, testing::Not(listens));
}

TEST_F(QuestionTest, The_gateway_itself_can_be_the_client)
{
    EXPECT_EQ(ask("lan:192.168.1.1", "1.1.1.1:443/tcp").outcome, model::Outcome::delivered);
}

TEST_F(QuestionTest, Without_a_gateway_nothing_is_behind_it)
{
    host.netns.routes.pop_back();
    EXPECT_EQ(ask("host", "1.1.1.1:443/tcp").outcome, model::Outcome::unreachable);
}

} // namespace
} // namespace onlan::simulate
