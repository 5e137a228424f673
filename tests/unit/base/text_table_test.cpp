#include <gtest/gtest.h>

#include "base/text_table.hpp"

namespace onlan {
namespace {

TEST(TextTable, ColumnsAreAsWideAsTheirWidestCell)
{
    TextTable table({"FROM", "TO"});
    table.add({"container", "✓"});
    table.add({"✓", "x"});
    EXPECT_EQ(table.to_string("  "), "  FROM       TO\n"
                                     "  container  ✓\n"
                                     "  ✓          x\n");
}

TEST(TextTable, ColoursTakeNoRoom)
{
    TextTable table;
    table.add({"\x1b[31mMISSING\x1b[0m", "why"});
    table.add({"in place", "why"});
    EXPECT_EQ(table.to_string(), "\x1b[31mMISSING\x1b[0m   why\n"
                                 "in place  why\n");
}

} // namespace
} // namespace onlan
