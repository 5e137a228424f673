#include "cli/narrators.hpp"

#include <iostream>
#include <ranges>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/json_document.hpp"
#include "base/text_table.hpp"
#include "cli/print.hpp"

namespace onlan::cli {
namespace {

using nlohmann::json;

class TextNarrator final : public lab::Narrator {
public:
    explicit TextNarrator(Paint paint) : paint_(paint) {}

    void doing(std::string_view what) override { std::cout << "== " << what << '\n' << std::flush; }

    void chapter(const lab::Chapter& chapter) override
    {
        std::cout << fmt::format("\n{}. {}\n", ++chapters_, chapter.title);
        TextTable table;
        for (const lab::Attempt& attempt : chapter.attempts)
            table.add({fmt::format("{} -> {}", attempt.from, attempt.to),
                       std::string(lab::protocol_name(attempt.protocol)),
                       std::string(model::outcome_name(attempt.outcome))});
        std::cout << table.to_string("   ") << "   because " << chapter.because << ".\n"
                  << std::flush;
    }

    void changing(const plan::PlannedStep& step) override { print_step(step); }

    void paths(const std::vector<lab::Cell>& cells) override
    {
        std::vector<std::string> heading = {"from \\ to"};
        for (const lab::Cell& cell : cells | std::views::take_while([&](const lab::Cell& other) {
                                         return other.from == cells.front().from;
                                     }))
            heading.push_back(cell.to);
        TextTable table(heading);
        std::vector<std::string> row;
        for (const lab::Cell& cell : cells) {
            if (row.empty())
                row.push_back(cell.from);
            row.push_back(text_of(cell));
            if (row.size() == heading.size()) {
                table.add(std::move(row));
                row.clear();
            }
        }
        std::cout << '\n' << table.to_string() << '\n' << std::flush;
    }

private:
    [[nodiscard]] std::string text_of(const lab::Cell& cell) const
    {
        if (cell.attempts.empty())
            return cell.instead;
        std::string failed;
        for (const lab::Attempt& attempt : cell.attempts) {
            if (attempt.outcome != model::Outcome::delivered)
                failed += fmt::format(" {}: {}", lab::protocol_name(attempt.protocol),
                                      model::outcome_name(attempt.outcome));
        }
        return failed.empty() ? good("✓", paint_) : bad("✗" + failed, paint_);
    }

    Paint paint_;
    unsigned chapters_ = 0;
};

json to_json(const std::vector<lab::Attempt>& attempts)
{
    json all = json::array();
    for (const lab::Attempt& attempt : attempts)
        all.push_back({{"from", attempt.from},
                       {"to", attempt.to},
                       {"protocol", lab::protocol_name(attempt.protocol)},
                       {"outcome", model::outcome_name(attempt.outcome)}});
    return all;
}

// One document when all is told; what takes a while is said on stderr.
class JsonNarrator final : public lab::Narrator {
public:
    void doing(std::string_view what) override { std::cerr << what << '\n'; }
    void chapter(const lab::Chapter& chapter) override
    {
        document_["failures"].push_back({{"title", chapter.title},
                                         {"attempts", to_json(chapter.attempts)},
                                         {"because", chapter.because}});
    }
    void changing(const plan::PlannedStep& step) override
    {
        document_["changes"].push_back(plan::describe(step.change));
    }
    void paths(const std::vector<lab::Cell>& cells) override
    {
        for (const lab::Cell& cell : cells) {
            for (json& attempt : to_json(cell.attempts))
                document_["paths"].push_back(std::move(attempt));
        }
        std::cout << json_document_text(document_) << '\n' << std::flush;
    }

private:
    json document_{{"schema", "onlan/lab/1"},
                   {"failures", json::array()},
                   {"changes", json::array()},
                   {"paths", json::array()}};
};

} // namespace

std::unique_ptr<lab::Narrator> make_narrator(const Options& options)
{
    if (options.format == Format::json)
        return std::make_unique<JsonNarrator>();
    return std::make_unique<TextNarrator>(options.paint);
}

} // namespace onlan::cli
