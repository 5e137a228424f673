#include <memory>

#include <CLI/CLI.hpp>

#include "cli/agreement.hpp"
#include "cli/command.hpp"
#include "cli/start.hpp"
#include "cli/terminal.hpp"

namespace onlan::cli {
namespace {

using std::chrono::seconds;

struct UpOptions {
    ChangeOptions change;
    plan::Stage stage = plan::Stage::complete;
    seconds wait{0};
};

Result<int> run_up(const Options& options, const UpOptions& up, Report& report)
{
    ONLAN_CHECK(require_root("up"));
    Terminal terminal(options);
    // Errors in the file come before the lock: they concern nobody else.
    ONLAN_TRY(const model::Intent intent, load_intent(options, terminal));
    operate::Up wanted{
        .intent = intent, .lans = up.change.lans, .stage = up.stage, .wait = up.wait};
    if (up.change.dry_run) {
        wanted.answer_time = operate::kShortAnswerTime;
        ONLAN_TRY(const auto rehearsal, operate::rehearse(options.place, wanted, terminal));
        return show_dry_run(rehearsal, up.change.how, report);
    }
    ONLAN_TRY(auto session, operate::Session::open(options.place, "up", terminal));
    if (const auto recovered = session.recover(); !recovered.ok())
        return report.could_not(recovered.errors);
    ONLAN_TRY(const plan::Plan plan, session.prepare(wanted));
    report.planned(plan);
    print_warnings(plan.warnings);
    if (const auto ended = agree(plan, up.change, report))
        return *ended;
    return report.ended(session.build(plan, operate::patience_for(plan, up.change.confirm)));
}

} // namespace

Command add_up(CLI::App& program)
{
    const auto up = std::make_shared<UpOptions>();
    CLI::App* syntax = program.add_subcommand("up", "make the host match the configuration");
    add_change_options(*syntax, up->change);
    syntax->add_flag_callback(
        "--before-docker", [up] { up->stage = plan::Stage::before_docker; },
        "make only links and guards (at boot, before dockerd starts)");
    syntax
        ->add_option_function<long>(
            "--wait", [up](const long& patience) { up->wait = seconds{patience}; },
            "wait up to SECONDS for the uplink's links, then as long again for Docker")
        ->type_name("SECONDS")
        ->check(CLI::Range(0, 3600));
    return {syntax, [up](const Options& options) {
                Report report("up", options.format);
                return report.end(run_up(options, *up, report));
            }};
}

} // namespace onlan::cli
