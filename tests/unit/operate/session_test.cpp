#include <filesystem>

#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operate/session.hpp"
#include "unit/apply/fake_host.hpp"

namespace onlan::operate {
namespace {

using plan::Change;
using plan::CreateBridge;
using plan::SetUp;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Change kBridge = CreateBridge{.name = "on-a", .alias = "onlan:a"};
const Change kUp = SetUp{"on-a"};

plan::Plan making(const std::vector<Change>& changes)
{
    plan::Plan plan;
    for (const Change& change : changes)
        plan.steps.push_back({.owner = "a", .change = change});
    return plan;
}

// The process dies where a record has just reached the disk.
struct Died {};

// Keeps what it hears.
class Listener final : public Observer {
public:
    void recovering(const apply::JournalRun& run) override
    {
        heard.emplace_back(run.kind == apply::RunKind::up ? "recovering up" : "recovering down");
    }
    void changing(const plan::PlannedStep& step) override
    {
        heard.push_back(plan::describe(step.change));
    }
    void recorded(unsigned records) override
    {
        if (records == dies_after)
            throw Died{};
    }

    std::vector<std::string> heard;
    unsigned dies_after = 0;
};

// Hands on to a host that outlives the session.
class Hand final : public apply::Actuator {
public:
    explicit Hand(apply::FakeHost& host) : host_(host) {}
    Result<> perform(const Change& change) override { return host_.perform(change); }

private:
    apply::FakeHost& host_;
};

class SessionTest : public testing::Test {
protected:
    SessionTest()
    {
        std::string pattern = (std::filesystem::temp_directory_path() / "onlan-XXXXXX").string();
        folder = ::mkdtemp(pattern.data());
    }
    ~SessionTest() override { std::filesystem::remove_all(folder); }
    SessionTest(const SessionTest&) = delete;
    SessionTest& operator=(const SessionTest&) = delete;

    Result<Session> open()
    {
        return Session::open({.docker_host = {}, .state_folder = folder}, "up", listener,
                             std::make_unique<Hand>(host));
    }

    // An `up` of both changes whose process dies after so many records.
    void crash_after(unsigned records)
    {
        listener.dies_after = records;
        auto session = open();
        ASSERT_TRUE(session) << session.error().message;
        EXPECT_THROW(static_cast<void>(session->build(making({kBridge, kUp}), seconds{0})), Died);
        listener.dies_after = 0;
    }

    std::filesystem::path folder;
    apply::FakeHost host;
    Listener listener;
};

TEST_F(SessionTest, BuildsWhileTheObserverHearsEachStepAndKeepsIt)
{
    {
        auto session = open();
        ASSERT_TRUE(session) << session.error().message;
        EXPECT_EQ(session->build(making({kBridge, kUp}), seconds{0}).end, End::done);
    }
    EXPECT_THAT(host.objects, ElementsAre(kBridge, kUp));
    EXPECT_THAT(listener.heard, ElementsAre(HasSubstr("on-a"), HasSubstr("on-a")));

    auto next = open();
    ASSERT_TRUE(next) << next.error().message;
    EXPECT_TRUE(next->recover().ok());
    EXPECT_THAT(host.objects, ElementsAre(kBridge, kUp)) << "a run that ended is not recovered";
}

TEST_F(SessionTest, IsTheOnlyOne)
{
    const auto first = open();
    ASSERT_TRUE(first) << first.error().message;
    const auto second = open();
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Failed::conflict);
}

TEST_F(SessionTest, TellsWhyABuildFailedAndTakesItBack)
{
    host.refused = kUp;
    auto session = open();
    ASSERT_TRUE(session) << session.error().message;
    const Ending ending = session->build(making({kBridge, kUp}), seconds{0});
    EXPECT_EQ(ending.end, End::failed);
    EXPECT_EQ(ending.errors.front().message, "the kernel says no");
    EXPECT_THAT(host.objects, IsEmpty());
}

TEST_F(SessionTest, TakesBackAnUpThatACrashCutShortBeforeAnythingElse)
{
    crash_after(3); // begin, do, done
    EXPECT_THAT(host.objects, ElementsAre(kBridge));
    listener.heard.clear();

    auto session = open();
    ASSERT_TRUE(session) << session.error().message;
    EXPECT_TRUE(session->recover().ok());
    EXPECT_THAT(host.objects, IsEmpty());
    EXPECT_THAT(listener.heard, ElementsAre("recovering up", HasSubstr("delete bridge on-a")));
}

TEST_F(SessionTest, TearsDownWhatItBuilt)
{
    auto session = open();
    ASSERT_TRUE(session) << session.error().message;
    ASSERT_EQ(session->build(making({kBridge, kUp}), seconds{0}).end, End::done);
    EXPECT_EQ(session->tear_down({}, {}, seconds{0}).end, End::done);
    EXPECT_THAT(host.objects, IsEmpty());
}

} // namespace
} // namespace onlan::operate
