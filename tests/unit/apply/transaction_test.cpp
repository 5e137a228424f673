#include <csignal>
#include <filesystem>
#include <fstream>

#include <sys/resource.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apply/transaction.hpp"
#include "base/file.hpp"
#include "unit/apply/fake_host.hpp"

namespace onlan::apply {
namespace {

using plan::Change;
using plan::CreateBridge;
using plan::SetMaster;
using plan::SetUp;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Le;
using testing::SizeIs;

const HostIdentity kHost{.boot = "boot-1", .network = "4:1"};
const Change kBridge = CreateBridge{.name = "on-a", .alias = "onlan:a"};
const Change kPort = SetMaster{.link = "in-a", .master = "on-a"};
const Change kUp = SetUp{"on-a"};
const Progress kSilent = [](const plan::PlannedStep&) {};

plan::Plan making(std::vector<Change> changes)
{
    plan::Plan plan;
    for (Change& change : changes)
        plan.steps.push_back({.owner = "a", .change = std::move(change)});
    return plan;
}

// The process dies where a record has just reached the disk.
struct Died {};

class Transaction : public testing::Test {
protected:
    Transaction()
    {
        std::string pattern = (std::filesystem::temp_directory_path() / "onlan-XXXXXX").string();
        folder = ::mkdtemp(pattern.data());
    }
    ~Transaction() override { std::filesystem::remove_all(folder); }
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    Journal open(const HostIdentity& identity = kHost, Journal::Observer observer = {})
    {
        auto journal = Journal::open(folder, identity, std::move(observer));
        EXPECT_TRUE(journal) << journal.error().message;
        return std::move(*journal);
    }

    // Runs `work` in a process that dies after `records` records; true when it did.
    template <typename Work>
    bool dies_after(unsigned records, Work work)
    {
        Journal journal = open(kHost, [records](unsigned written) {
            if (written == records)
                throw Died{};
        });
        try {
            work(journal);
        } catch (const Died&) {
            return true;
        }
        return false;
    }

    std::filesystem::path folder;
    FakeHost host;
};

// A disk that has room for so many more bytes of the journal, and then for more again.
class NearlyFullDisk {
public:
    NearlyFullDisk(const std::filesystem::path& journal, std::uint64_t room)
    {
        std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{.rlim_cur = std::filesystem::file_size(journal) + room,
                           .rlim_max = before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~NearlyFullDisk() { ::setrlimit(RLIMIT_FSIZE, &before_); }
    NearlyFullDisk(const NearlyFullDisk&) = delete;
    NearlyFullDisk& operator=(const NearlyFullDisk&) = delete;

private:
    rlimit before_{};
};

TEST_F(Transaction, WhenTheDiskIsFullHalfWayWhatWasDoneIsTakenBack)
{
    for (std::uint64_t room = 0; room < 600; room += 7) {
        Journal journal = open();
        {
            const NearlyFullDisk disk(folder / "journal", room);
            const RunResult outcome = build(host, journal, making({kBridge, kPort, kUp}), kSilent);
            if (outcome.ok())
                return; // all of it fits
            // One for the record that did not fit as a whole, one for those that did not at all.
            EXPECT_THAT(outcome.errors, SizeIs(Le(2)));
            EXPECT_THAT(host.objects, IsEmpty()) << "with room for " << room << " bytes";
        }
        Journal again = open();
        EXPECT_TRUE(recover(host, again, kSilent).ok());
        // What could not be recorded as undone is undone once more.
        EXPECT_TRUE(tear_down(host, again, {}, kSilent).ok());
        EXPECT_THAT(again.ledger(), IsEmpty());
    }
    FAIL() << "the disk was never large enough";
}

TEST_F(Transaction, WhatWasBuiltIsOnRecordForTheNextProcess)
{
    {
        Journal journal = open();
        ASSERT_TRUE(build(host, journal, making({kBridge, kPort}), kSilent).ok());
        ASSERT_TRUE(journal.commit());
    }
    EXPECT_EQ(open().ledger(), (plan::Ledger{{"a", kBridge}, {"a", kPort}}));
    EXPECT_EQ(host.objects, (std::vector{kBridge, kPort}));
}

TEST_F(Transaction, AFailureTakesBackWhatCameBefore)
{
    host.refused = kUp;
    Journal journal = open();
    const RunResult outcome = build(host, journal, making({kBridge, kPort, kUp}), kSilent);
    ASSERT_EQ(outcome.errors.size(), 1U);
    EXPECT_EQ(outcome.errors[0].message, "the kernel says no");
    EXPECT_THAT(host.objects, IsEmpty());
    EXPECT_THAT(journal.ledger(), IsEmpty());
}

TEST_F(Transaction, AFailureWhileTakingBackIsReportedAndStaysOnRecord)
{
    host.refused = kUp;
    host.stuck = kPort;
    Journal journal = open();
    const RunResult outcome = build(host, journal, making({kBridge, kPort, kUp}), kSilent);
    ASSERT_EQ(outcome.errors.size(), 2U);
    EXPECT_EQ(outcome.errors[1].message, "it is in use");
    EXPECT_EQ(journal.ledger(), (plan::Ledger{{"a", kPort}}));
}

TEST_F(Transaction, AFailureMakesAgainWhatTheRunHadUndone)
{
    Journal journal = open();
    ASSERT_TRUE(build(host, journal, making({kBridge}), kSilent).ok());
    ASSERT_TRUE(journal.commit());
    host.refused = kUp;
    plan::Plan rebuild;
    rebuild.steps = {plan::undoing({"a", kBridge}), {.owner = "a", .change = kUp}};
    EXPECT_FALSE(build(host, journal, rebuild, kSilent).ok());
    EXPECT_THAT(host.objects, ElementsAre(kBridge));
    EXPECT_EQ(journal.ledger(), (plan::Ledger{{"a", kBridge}}));
}

TEST_F(Transaction, TearingDownGoesOnPastAFailure)
{
    Journal journal = open();
    ASSERT_TRUE(build(host, journal, making({kBridge, kPort, kUp}), kSilent).ok());
    ASSERT_TRUE(journal.commit());
    host.stuck = kPort;
    const RunResult outcome = tear_down(host, journal, {}, kSilent);
    EXPECT_EQ(outcome.errors.size(), 1U);
    EXPECT_THAT(host.objects, ElementsAre(kPort));
    EXPECT_EQ(open().ledger(), (plan::Ledger{{"a", kPort}}));
}

TEST_F(Transaction, AnUpThatDiedAnywhereIsTakenBack)
{
    unsigned records = 1;
    const auto up = [&](Journal& journal) {
        ASSERT_TRUE(build(host, journal, making({kBridge, kPort, kUp}), kSilent).ok());
        ASSERT_TRUE(journal.commit());
    };
    for (; dies_after(records, up); ++records) {
        Journal journal = open();
        ASSERT_TRUE(recover(host, journal, kSilent).ok());
        const bool committed = !journal.ledger().empty();
        EXPECT_EQ(host.objects.size(), committed ? 3U : 0U) << "died after record " << records;
        ASSERT_TRUE(tear_down(host, journal, {}, kSilent).ok());
        EXPECT_THAT(host.objects, IsEmpty());
    }
    EXPECT_EQ(records, 9U); // begin, three times do and done, commit; and one more that never came
}

TEST_F(Transaction, ADownThatDiedAnywhereIsFinished)
{
    const auto down = [&](Journal& journal) {
        ASSERT_TRUE(tear_down(host, journal, {}, kSilent).ok());
    };
    unsigned records = 1;
    for (;; ++records) {
        {
            Journal journal = open();
            ASSERT_TRUE(build(host, journal, making({kBridge, kPort, kUp}), kSilent).ok());
            ASSERT_TRUE(journal.commit());
        }
        if (!dies_after(records, down))
            break;
        Journal journal = open();
        ASSERT_TRUE(recover(host, journal, kSilent).ok());
        EXPECT_THAT(host.objects, IsEmpty()) << "died after record " << records;
        EXPECT_THAT(journal.ledger(), IsEmpty());
    }
    EXPECT_EQ(records, 9U);
}

TEST_F(Transaction, ATakingBackThatDiedAnywhereIsFinished)
{
    host.refused = kUp;
    const auto failing_up = [&](Journal& journal) {
        EXPECT_FALSE(build(host, journal, making({kBridge, kPort, kUp}), kSilent).ok());
    };
    for (unsigned records = 1; dies_after(records, failing_up); ++records) {
        Journal journal = open();
        EXPECT_TRUE(recover(host, journal, kSilent).ok());
        EXPECT_THAT(host.objects, IsEmpty()) << "died after record " << records;
        EXPECT_THAT(journal.ledger(), IsEmpty());
    }
}

TEST_F(Transaction, ATornLastRecordNeverHappened)
{
    {
        Journal journal = open();
        ASSERT_TRUE(build(host, journal, making({kBridge}), kSilent).ok());
        ASSERT_TRUE(journal.commit());
    }
    std::ofstream(folder / "journal", std::ios::app) << R"({"record":"do","id":7,"own)";
    EXPECT_EQ(open().ledger(), (plan::Ledger{{"a", kBridge}}));
}

TEST_F(Transaction, ADamagedRecordIsAnErrorThatNamesTheLine)
{
    ASSERT_TRUE(open().commit());
    std::ofstream(folder / "journal", std::ios::app) << "nonsense\n";
    const auto journal = Journal::open(folder, kHost);
    ASSERT_FALSE(journal);
    EXPECT_THAT(journal.error().message, HasSubstr("journal:3: "));
}

TEST_F(Transaction, ARebootForgetsWhatTheKernelHeldAndKeepsTheDockerNetwork)
{
    const Change network = plan::CreateDockerNetwork{.network = {.name = "a"}};
    {
        Journal journal = open();
        ASSERT_TRUE(build(host, journal, making({kBridge, network}), kSilent).ok());
        ASSERT_TRUE(journal.commit());
    }
    EXPECT_EQ(open({.boot = "boot-2", .network = "4:9"}).ledger(), (plan::Ledger{{"a", network}}));
}

TEST_F(Transaction, AJournalOfAnotherNamespaceIsRefused)
{
    ASSERT_TRUE(open().commit());
    const auto journal = Journal::open(folder, {.boot = "boot-1", .network = "4:2"});
    ASSERT_FALSE(journal);
    EXPECT_THAT(journal.error().message, HasSubstr("belongs to another network namespace"));
}

TEST_F(Transaction, ARepairDoesNotLengthenTheRecord)
{
    for (int repair = 0; repair < 3; ++repair) {
        Journal journal = open();
        ASSERT_TRUE(build(host, journal, making({kBridge}), kSilent).ok());
        ASSERT_TRUE(journal.commit());
    }
    EXPECT_EQ(open().ledger(), (plan::Ledger{{"a", kBridge}}));
}

} // namespace
} // namespace onlan::apply
