#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.hpp"
#include "model/vocabulary.hpp"
#include "unit/test_data.hpp"

namespace onlan::model {
namespace {

// The rows of the tables in docs/explanation.md, by the heading above them.
std::map<std::string, std::vector<std::string>> documented()
{
    const auto document = read_file(test_data("../../docs/explanation.md"));
    EXPECT_TRUE(document);
    std::map<std::string, std::vector<std::string>> tables;
    std::string heading;
    std::istringstream lines(document ? *document : std::string());
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("## "))
            heading = line.substr(3);
        else if (line.starts_with("| `"))
            tables[heading].push_back(line);
    }
    return tables;
}

TEST(Vocabulary, EveryStageIsDocumentedAndNoOther)
{
    std::vector<std::string> rows;
    for (const StageRow& row : stages())
        rows.push_back(fmt::format("| `{}` | `{}()` |", row.word, row.function));
    EXPECT_EQ(documented()["Stages"], rows);
}

TEST(Vocabulary, EveryActionIsDocumentedAndNoOther)
{
    std::vector<std::string> rows;
    for (const ActionRow& row : actions())
        rows.push_back(fmt::format("| `{}` | {} | {} |", row.word,
                                   ends(row.action) ? "ends" : "passes", row.meaning));
    EXPECT_EQ(documented()["Actions"], rows);
}

TEST(Vocabulary, EveryKindOfCauseIsDocumentedAndNoOther)
{
    std::vector<std::string> rows;
    for (const CauseRow& row : cause_kinds())
        rows.push_back(fmt::format("| `{}` | {} |", row.word, row.meaning));
    EXPECT_EQ(documented()["Kinds of cause"], rows);
}

TEST(Vocabulary, TellsWhatBecameOfAPacketInWordsForPeople)
{
    EXPECT_EQ(phase_text(Stage::ip_forward, Action::drop), "ip/forward drop");
    EXPECT_EQ(phase_text(Stage::socket, Action::deliver), "delivered to a socket");
    EXPECT_EQ(phase_text(Stage::macvlan, Action::deliver), "macvlan deliver");
    EXPECT_EQ(phase_text(Stage::socket, Action::drop), "no socket takes it");
    EXPECT_EQ(phase_text(Stage::ip_output_nat, Action::translate_back),
              "ip/output/nat address restored");
}

} // namespace
} // namespace onlan::model
