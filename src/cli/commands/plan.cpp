#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "base/json_document.hpp"
#include "cli/agreement.hpp"
#include "cli/command.hpp"
#include "cli/start.hpp"
#include "cli/terminal.hpp"

namespace onlan::cli {
namespace {

struct PlanOptions {
    std::vector<std::string> lans;
    PlanAs how = PlanAs::sentences;
    plan::Stage stage = plan::Stage::complete;
};

nlohmann::json rehearsal_to_json(const operate::Rehearsal& rehearsal)
{
    nlohmann::json document = plan_to_json(rehearsal.plan);
    const std::optional<apply::JournalRun>& run = rehearsal.unfinished;
    document["interrupted"] = run ? nlohmann::json(run_name(*run)) : nullptr;
    return document;
}

Result<int> run_plan(const Options& options, const PlanOptions& wanted)
{
    ONLAN_CHECK(require_root("plan"));
    Terminal terminal(options);
    ONLAN_TRY(const model::Intent intent, load_intent(options, terminal));
    const operate::Up up{.intent = intent,
                         .lans = wanted.lans,
                         .stage = wanted.stage,
                         .answer_time = operate::kShortAnswerTime};
    ONLAN_TRY(const auto rehearsal, operate::rehearse(options.place, up, terminal));
    if (options.format == Format::json)
        std::cout << json_document_text(rehearsal_to_json(rehearsal)) << '\n';
    else
        ONLAN_CHECK(show(rehearsal, wanted.how));
    return rehearsal.nothing_to_do() ? kDone : kNo;
}

} // namespace

Command add_plan(CLI::App& program)
{
    const auto wanted = std::make_shared<PlanOptions>();
    CLI::App* syntax =
        program.add_subcommand("plan", "show what 'up' would change; exit 3 if there is anything");
    add_lans(*syntax, wanted->lans);
    add_commands_flag(*syntax, wanted->how);
    syntax->add_flag_callback(
        "--before-docker", [wanted] { wanted->stage = plan::Stage::before_docker; },
        "plan links and guards only");
    return {syntax, [wanted](const Options& options) { return run_plan(options, *wanted); }};
}

} // namespace onlan::cli
