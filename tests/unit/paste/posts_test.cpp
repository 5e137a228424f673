#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/paste.hpp"
#include "simulate/question.hpp"
#include "unit/test_data.hpp"

// What people ask in forums, as they paste it, and the right answers. Each folder of
// tests/data/paste holds one post and its questions.
namespace onlan {
namespace {

using testing::HasSubstr;

constexpr std::string_view kQuestions = "questions.txt";

std::string text_of(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

formats::Pasted pasted(const std::filesystem::path& folder)
{
    std::vector<formats::PastedText> texts;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().filename() != kQuestions)
            texts.push_back({.name = {}, .text = text_of(entry.path())});
    }
    return formats::read_paste(texts);
}

struct Expected {
    std::string from;
    std::string to;
    std::string outcome;
    std::vector<std::pair<std::string, std::string>> says; // where, and what
};

std::vector<Expected> questions_in(const std::filesystem::path& folder)
{
    std::vector<Expected> questions;
    std::istringstream lines(text_of(folder / kQuestions));
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("#"))
            continue;
        if (line.starts_with("  ")) {
            const std::size_t colon = line.find(": ");
            questions.back().says.emplace_back(line.substr(2, colon - 2), line.substr(colon + 2));
            continue;
        }
        std::istringstream words(line);
        Expected& question = questions.emplace_back();
        words >> question.from >> question.to >> question.outcome;
    }
    return questions;
}

bool says(const std::vector<std::string>& sentences, const std::string& what)
{
    return std::ranges::any_of(sentences, [&](const std::string& sentence) {
        return sentence.find(what) != std::string::npos;
    });
}

class Post : public testing::TestWithParam<std::string> {
protected:
    [[nodiscard]] static std::filesystem::path folder() { return test_data("paste/" + GetParam()); }
};

void expect(const Expected& expected,
            const model::Explanation& explanation,
            const std::vector<std::string>& unused)
{
    EXPECT_EQ(model::outcome_name(explanation.outcome), expected.outcome);
    for (const auto& [where, what] : expected.says) {
        if (where == "cause") {
            EXPECT_THAT(explanation.cause.summary, HasSubstr(what));
        } else {
            ASSERT_THAT(where, testing::AnyOf("assumed", "unused"));
            const auto& sentences = where == "assumed" ? explanation.assumptions : unused;
            EXPECT_TRUE(says(sentences, what)) << what << "\nbut:\n"
                                               << testing::PrintToString(sentences);
        }
    }
}

TEST_P(Post, IsAnsweredRightAndSaysWhatItTookForGranted)
{
    const formats::Pasted read = pasted(folder());
    const auto questions = questions_in(folder());
    ASSERT_FALSE(questions.empty());
    for (const Expected& expected : questions) {
        SCOPED_TRACE(expected.from + " to " + expected.to);
        const auto target = simulate::Target::parse(expected.to);
        ASSERT_TRUE(target) << target.error().message;
        const auto question = simulate::Question::pose(read.snapshot, expected.from, *target);
        ASSERT_TRUE(question) << question.error().message;
        expect(expected, simulate::explain(question->world(), question->flow()), read.unused);
    }
}

INSTANTIATE_TEST_SUITE_P(Forum,
                         Post,
                         testing::Values("docker-published",
                                         "macvlan-host",
                                         "bridge-netfilter",
                                         "wireguard",
                                         "old-tools",
                                         "compose"),
                         [](const auto& post) {
                             std::string name = post.param;
                             std::erase(name, '-');
                             return name;
                         });

} // namespace
} // namespace onlan
