#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/subprocess.hpp"

namespace onlan {
namespace {

using namespace std::chrono_literals;

TEST(RunProgram, CollectsOutputErrorsAndStatus)
{
    const auto finished = run_program({"sh", "-c", "echo out; echo err >&2; exit 7"});
    ASSERT_TRUE(finished) << finished.error().message;
    EXPECT_EQ(finished->output, "out\n");
    EXPECT_EQ(finished->errors, "err\n");
    EXPECT_EQ(finished->status, 7);
}

TEST(RunProgram, PassesWordsAsTheyAre)
{
    const auto finished = run_program({"printf", "%s|", "a b", "$HOME", "'\"", ""});
    ASSERT_TRUE(finished) << finished.error().message;
    EXPECT_EQ(finished->output, "a b|$HOME|'\"||");
}

TEST(RunProgram, ReadsMoreThanAPipeHolds)
{
    const auto finished = run_program({"head", "-c", "300000", "/dev/zero"});
    ASSERT_TRUE(finished) << finished.error().message;
    EXPECT_EQ(finished->output.size(), 300000);
}

TEST(RunProgram, ASignalIsAStatusAbove128)
{
    const auto finished = run_program({"sh", "-c", "kill -TERM $$"});
    ASSERT_TRUE(finished) << finished.error().message;
    EXPECT_EQ(finished->status, 128 + 15);
}

TEST(RunProgram, ABrokenPipeEndsTheProgramAlthoughOnlanIgnoresIt)
{
    const auto before = std::signal(SIGPIPE, SIG_IGN);
    const auto finished = run_program({"sh", "-c", "kill -PIPE $$"});
    std::signal(SIGPIPE, before);
    ASSERT_TRUE(finished) << finished.error().message;
    EXPECT_EQ(finished->status, 128 + SIGPIPE);
}

TEST(RunProgram, SaysThatThereIsNoSuchProgram)
{
    const auto finished = run_program({"no-such-program-of-onlan"});
    ASSERT_FALSE(finished);
    EXPECT_EQ(finished.error().code, Failed::missing_feature);
    EXPECT_EQ(finished.error().message, "run no-such-program-of-onlan: there is no such program");
}

TEST(RunProgram, KillsWhatClosesItsOutputAndStays)
{
    const auto finished = run_program({"sh", "-c", "exec sleep 60 >&- 2>&-"}, 50ms);
    ASSERT_FALSE(finished);
    EXPECT_EQ(finished.error().code, Failed::timeout);
    EXPECT_THAT(finished.error().message, testing::EndsWith("sh: it did not finish in time"));
}

TEST(RunProgram, KillsWhatPrintsWithoutEnd)
{
    const auto finished = run_program({"cat", "/dev/zero"});
    ASSERT_FALSE(finished);
    EXPECT_EQ(finished.error().code, Failed::refused);
}

TEST(RunProgram, KillsWhatDoesNotEndInTime)
{
    const auto finished = run_program({"sleep", "60"}, 50ms);
    ASSERT_FALSE(finished);
    EXPECT_EQ(finished.error().code, Failed::timeout);
}

} // namespace
} // namespace onlan
