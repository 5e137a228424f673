#include <iostream>

#include <nlohmann/json.hpp>

#include "base/json_document.hpp"
#include "cli/options.hpp"
#include "cli/print.hpp"
#include "cli/session.hpp"
#include "cli/snapshot_source.hpp"
#include "model/explanation_json.hpp"
#include "render/svg.hpp"
#include "render/text.hpp"
#include "simulate/question.hpp"

namespace onlan::cli {
namespace {

Result<int> run(const Options& options, const ExplainOptions& explain)
{
    ONLAN_TRY(const simulate::Target target, simulate::Target::parse(explain.to));
    ONLAN_TRY(model::Snapshot snapshot, read_snapshot(options, explain.snapshot, "explain"));
    const model::Names names(snapshot);
    ONLAN_TRY(const simulate::Question question,
              simulate::Question::pose(std::move(snapshot), explain.from, target));
    const model::Explanation explanation = simulate::explain(question.world(), question.flow());
    const model::ExplainedFlow asked{
        .from = explain.from, .to = explain.to, .protocol = std::string(target.protocol_name())};
    constexpr mode_t kEverybodys = 0666; // a picture is made to be shown
    if (!explain.svg.empty())
        ONLAN_CHECK(
            write_document(explain.svg, render::svg(explanation, asked, names), kEverybodys));
    if (options.format == Format::json)
        std::cout << json_document_text(model::explanation_to_json(asked, explanation)) << '\n';
    else
        std::cout << render::text(explanation, asked, names, explain.detail, ink(options.paint));
    return explanation.outcome == model::Outcome::delivered ? kDone : kNo;
}

} // namespace

int explain(const Options& options, const ExplainOptions& explain)
{
    const auto code = run(options, explain);
    if (!code) {
        print_error(code.error());
        return kCouldNot;
    }
    return *code;
}

} // namespace onlan::cli
