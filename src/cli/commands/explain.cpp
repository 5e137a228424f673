#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "base/json_document.hpp"
#include "cli/command.hpp"
#include "cli/print.hpp"
#include "cli/snapshot_source.hpp"
#include "model/explanation_json.hpp"
#include "render/svg.hpp"
#include "render/text.hpp"
#include "simulate/question.hpp"

namespace onlan::cli {
namespace {

using render::Detail;

struct ExplainOptions {
    std::string from;
    std::string to;
    std::filesystem::path snapshot; // empty: this host, now
    Detail detail = Detail::summary;
    std::filesystem::path svg; // empty: none
};

Result<int> run_explain(const Options& options, const ExplainOptions& explain)
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

Command add_explain(CLI::App& program)
{
    const auto explain = std::make_shared<ExplainOptions>();
    CLI::App* syntax = program.add_subcommand(
        "explain", "explain what happens to a flow, packet by packet; exit 3 if it fails");
    syntax
        ->add_option("--from", explain->from,
                     "send it from a container, host, netns:NAME, pid:N or lan:IP")
        ->type_name("WHO")
        ->required();
    syntax
        ->add_option("--to", explain->to,
                     "send it to IP:PORT/PROTO, IP/icmp or container:NAME:PORT")
        ->type_name("TARGET")
        ->required();
    add_snapshot_option(*syntax, explain->snapshot);
    const auto detail = [explain](Detail how) { return [explain, how] { explain->detail = how; }; };
    syntax->add_flag_callback("--minimal", detail(Detail::minimal),
                              "show only the outcome and its cause");
    syntax->add_flag_callback("--summary", detail(Detail::summary),
                              "also show each stage that did something (default)");
    syntax->add_flag_callback("--detailed", detail(Detail::detailed), "show every stage");
    syntax->add_option("--svg", explain->svg, "also draw the path as an SVG picture")
        ->type_name("FILE");
    return {syntax, [explain](const Options& options) { return run_explain(options, *explain); }};
}

} // namespace onlan::cli
