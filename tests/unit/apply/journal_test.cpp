#include <filesystem>
#include <fstream>

#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apply/journal.hpp"
#include "base/file.hpp"
#include "model/policy_rule.hpp"
#include "unit/net/values.hpp"
#include "unit/test_data.hpp"

namespace onlan::apply {
namespace {

using plan::Change;
using plan::Entry;
using testing::Contains;
using testing::HasSubstr;
using testing::SizeIs;

const HostIdentity kHost{.boot = "boot-1", .network = "4:1"};

class JournalFile : public testing::Test {
protected:
    JournalFile()
    {
        std::string pattern = (std::filesystem::temp_directory_path() / "onlan-XXXXXX").string();
        folder = ::mkdtemp(pattern.data());
    }
    ~JournalFile() override { std::filesystem::remove_all(folder); }
    JournalFile(const JournalFile&) = delete;
    JournalFile& operator=(const JournalFile&) = delete;

    Journal open()
    {
        auto journal = Journal::open(folder, kHost);
        EXPECT_TRUE(journal) << journal.error().message;
        return std::move(*journal);
    }
    void write(const std::string& text) { std::ofstream(folder / "journal") << text; }

    std::filesystem::path folder;
};

// A change of every kind, as the version before this one wrote it.
TEST_F(JournalFile, OfVersion1IsReadAndBecomesOneOfThisVersion)
{
    std::filesystem::copy(test_data("journal/version-1"), folder / "journal");
    const plan::Ledger ledger = open().ledger();

    EXPECT_THAT(ledger, SizeIs(19));
    const model::Route way_out{.destination = prefix("0.0.0.0/0"),
                               .protocol = 3,
                               .gateway = ip("192.168.137.245"),
                               .link = 3,
                               .metrics = {8, 0, 2, 0, 220, 5, 0, 0}};
    EXPECT_THAT(ledger, Contains(Entry{"@br0/eno1", plan::RemoveRoute{"eno1", way_out}}));
    EXPECT_THAT(ledger, Contains(Entry{"lan137", plan::SetMtu{"up-lan137", 1400, 1500}}));
    EXPECT_THAT(ledger, Contains(Entry{"lan137", plan::CreateBridge{.name = "on-lan137",
                                                                    .mtu = 1500,
                                                                    .alias = "onlan:lan137"}}));
    const auto& replaced = std::get<plan::ReplaceRule>(ledger.at(10).change);
    EXPECT_EQ(policy_rule_from(replaced.after), (model::PolicyRule{.priority = 100,
                                                                   .from = prefix("10.0.0.0/8"),
                                                                   .input_interface = "br0",
                                                                   .table = 1000,
                                                                   .protocol = 3}));

    EXPECT_THAT(*read_file(folder / "journal"), HasSubstr(R"("version":2)"));
    EXPECT_EQ(open().ledger(), ledger);
}

TEST_F(JournalFile, ARunThatVersion1BeganGoesOnInThisVersion)
{
    write(R"({"boot":"boot-1","network":"4:1","record":"host"}
{"lans":[],"record":"begin","run":"up"}
{"change":{"alias":"x","mac":null,"mtu":1500,"name":"on-x","type":"create-bridge"},"id":1,"owner":"x","record":"do"}
)");
    const Change elsewhere(plan::SetUp{"eth0"}, "netns:blue");
    ASSERT_TRUE(open().doing("x", elsewhere));

    const Journal journal = open();
    EXPECT_EQ(journal.ledger(),
              (plan::Ledger{{"x", plan::CreateBridge{.name = "on-x", .mtu = 1500, .alias = "x"}},
                            {"x", elsewhere}}));
    EXPECT_THAT(journal.begun(), SizeIs(2));
}

TEST_F(JournalFile, OfANewerVersionIsLeftAlone)
{
    write(R"({"boot":"boot-1","network":"4:1","record":"host","version":3})"
          "\n");
    const auto journal = Journal::open(folder, kHost);
    ASSERT_FALSE(journal);
    EXPECT_THAT(journal.error().message, HasSubstr("written by a newer version of onlan"));
}

} // namespace
} // namespace onlan::apply
