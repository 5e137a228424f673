#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

#include "base/file.hpp"

namespace onlan {
namespace {

namespace fs = std::filesystem;

class Files : public testing::Test {
public:
    Files()
    {
        std::string name = (fs::temp_directory_path() / "onlan-file-XXXXXX").string();
        EXPECT_NE(::mkdtemp(name.data()), nullptr);
        folder = name;
    }
    Files(const Files&) = delete;
    Files(Files&&) = delete;
    Files& operator=(const Files&) = delete;
    Files& operator=(Files&&) = delete;
    ~Files() override
    {
        std::error_code ignored;
        fs::remove_all(folder, ignored);
    }
    [[nodiscard]] std::vector<std::string> names() const
    {
        std::vector<std::string> names;
        for (const auto& entry : fs::directory_iterator(folder))
            names.push_back(entry.path().filename().string());
        return names;
    }

protected:
    fs::path folder;
};

TEST_F(Files, ReplacingLeavesTheNewTextAndNothingBeside)
{
    std::ofstream(folder / "state") << "the old and longer text";
    ASSERT_TRUE(replace_file(folder / "state", "new"));
    EXPECT_EQ(read_file(folder / "state").value(), "new");
    EXPECT_EQ(names(), std::vector<std::string>{"state"});
}

TEST_F(Files, ReplacingMakesAFileThatIsNotThere)
{
    ASSERT_TRUE(replace_file(folder / "state", "new"));
    EXPECT_EQ(read_file(folder / "state").value(), "new");
}

TEST_F(Files, AFileIsForItsOwnerUnlessItIsMadeForOthers)
{
    using fs::perms;
    ASSERT_TRUE(replace_file(folder / "state", "new"));
    EXPECT_EQ(fs::status(folder / "state").permissions(), perms::owner_read | perms::owner_write);
    ASSERT_TRUE(replace_file(folder / "state", "new", 0640));
    EXPECT_EQ(fs::status(folder / "state").permissions(),
              perms::owner_read | perms::owner_write | perms::group_read);
}

TEST_F(Files, WhatACrashHasLeftOpensAFileToNobody)
{
    std::ofstream(folder / "state.new") << "half of it";
    fs::permissions(folder / "state.new", fs::perms::all);
    ASSERT_TRUE(replace_file(folder / "state", "new"));
    EXPECT_EQ(read_file(folder / "state").value(), "new");
    EXPECT_EQ(fs::status(folder / "state").permissions(),
              fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(Files, ReplacingInAFolderThatIsNotThereFailsWithItsErrno)
{
    const auto replaced = replace_file(folder / "none" / "state", "new");
    ASSERT_FALSE(replaced);
    EXPECT_EQ(replaced.error().code, std::errc::no_such_file_or_directory);
}

TEST_F(Files, ReadingStopsAtTheLimit)
{
    std::ofstream(folder / "large") << std::string(1000, 'x');
    EXPECT_TRUE(read_file(folder / "large", 1000));
    EXPECT_FALSE(read_file(folder / "large", 999));
}

TEST_F(Files, ReadingNothingFailsWithItsErrno)
{
    EXPECT_EQ(read_file(folder / "none").error().code, std::errc::no_such_file_or_directory);
}

TEST_F(Files, WritingInPlaceKeepsTheFile)
{
    std::ofstream(folder / "switch") << "0";
    const auto link = folder / "same";
    fs::create_hard_link(folder / "switch", link);
    ASSERT_TRUE(write_file(folder / "switch", "1"));
    EXPECT_EQ(read_file(link).value(), "1");
}

} // namespace
} // namespace onlan
