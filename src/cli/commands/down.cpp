#include <memory>

#include <CLI/CLI.hpp>

#include "cli/agreement.hpp"
#include "cli/command.hpp"
#include "cli/start.hpp"
#include "cli/terminal.hpp"

namespace onlan::cli {
namespace {

// Whether or not there is a configuration that can be read, what onlan made can be taken away.
std::vector<std::string> configured_lans(const Options& options, operate::Observer& observer)
{
    std::vector<std::string> names;
    if (const auto intent = load_intent(options, observer)) {
        for (const model::Lan& lan : intent->lans)
            names.push_back(lan.name);
    }
    return names;
}

Result<int> run_down(const Options& options, const ChangeOptions& change, Report& report)
{
    ONLAN_CHECK(require_root("down"));
    Terminal terminal(options);
    const operate::Down wanted{.lans = change.lans,
                               .configured = configured_lans(options, terminal)};
    if (change.dry_run) {
        ONLAN_TRY(const auto rehearsal, operate::rehearse(options.place, wanted, terminal));
        return show_dry_run(rehearsal, change.how, report);
    }
    ONLAN_TRY(auto session, operate::Session::open(options.place, "down", terminal));
    if (const auto recovered = session.recover(); !recovered.ok())
        return report.could_not(recovered.errors);
    ONLAN_TRY(const operate::DownPlan down, session.prepare(wanted));
    report.planned(down.plan);
    ONLAN_CHECK(down.unused);
    print_warnings(down.plan.warnings);
    if (down.leaves_networks && down.plan.steps.empty())
        return kCouldNot;
    if (const auto ended = agree(down.plan, change, report))
        return *ended;
    const int code = report.ended(
        session.tear_down(wanted, down.plan, operate::patience_for(down.plan, change.confirm)));
    return code == kDone && down.leaves_networks ? kCouldNot : code;
}

} // namespace

Command add_down(CLI::App& program)
{
    const auto change = std::make_shared<ChangeOptions>();
    CLI::App* syntax = program.add_subcommand("down", "remove what onlan made, and nothing else");
    add_change_options(*syntax, *change);
    return {syntax, [change](const Options& options) {
                Report report("down", options.format);
                return report.end(run_down(options, *change, report));
            }};
}

} // namespace onlan::cli
