#include <algorithm>
#include <iostream>
#include <set>

#include <termios.h>
#include <unistd.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "apply/confirmation.hpp"
#include "apply/host_actuator.hpp"
#include "apply/lock.hpp"
#include "base/json_document.hpp"
#include "cli/options.hpp"
#include "cli/print.hpp"
#include "cli/report.hpp"
#include "cli/session.hpp"
#include "collect/host.hpp"
#include "kernel/link_arrival.hpp"
#include "plan/in_use.hpp"
#include "plan/uplink.hpp"

namespace onlan::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kPatience{30};
// A machine that saves power on Wi-Fi hears a question only with every third beacon or so, 0.3 s
// apart. Before addresses are given away it must not be missed; a plan that is only looked at is
// to be there at once.
constexpr milliseconds kAnswerTimeForPlan{100};

// One `up` or `down`.
struct Task {
    const Options& options;
    Report& report;
};

struct Prepared {
    model::Intent intent;
    model::Snapshot host;
    plan::Plan plan;
};

// What somebody else has to make before onlan can.
std::set<std::string> links_below(const model::Intent& intent, const std::vector<std::string>& lans)
{
    std::set<std::string> links;
    for (const model::Lan& lan : intent.lans) {
        if (!lans.empty() && std::ranges::find(lans, lan.name) == lans.end())
            continue;
        if (lan.uplink.ports.empty())
            links.insert(lan.uplink.bridge);
        links.insert(lan.uplink.ports.begin(), lan.uplink.ports.end());
    }
    return links;
}

Result<>
wait_for_links(const Options& options, const std::set<std::string>& links, seconds patience)
{
    note(options,
         fmt::format("waiting up to {} seconds for {}", patience.count(), fmt::join(links, ", ")));
    ONLAN_TRY(const auto missing, kernel::await_links(links, patience));
    if (missing.empty())
        return {};
    return fail(Failed::timeout,
                fmt::format("waited {} seconds for the uplink's links; still missing: {}",
                            patience.count(), fmt::join(missing, ", ")));
}

Result<> wait_for_docker(const Options& options, seconds patience)
{
    ONLAN_TRY(const io::DockerApi docker, io::DockerApi::open(options.docker_host));
    note(options, fmt::format("waiting up to {} seconds for Docker at {}", patience.count(),
                              options.docker_host));
    return docker.wait(patience);
}

Result<> wait(const Options& options, const UpOptions& up, const model::Intent& intent)
{
    ONLAN_CHECK(wait_for_links(options, links_below(intent, up.lans), up.wait));
    return up.before_docker ? Result<>{} : wait_for_docker(options, up.wait);
}

Result<Prepared> prepare(const Options& options,
                         const UpOptions& up,
                         const plan::Ledger& ledger,
                         milliseconds answer_time)
{
    Prepared prepared;
    ONLAN_TRY(prepared.intent, load_intent(options));
    if (up.wait > seconds{0})
        ONLAN_CHECK(wait(options, up, prepared.intent));
    ONLAN_TRY(prepared.host, read_host(options));
    plan::Request request{.intent = prepared.intent,
                          .host = prepared.host,
                          .ledger = ledger,
                          .lans = up.lans,
                          .stage =
                              up.before_docker ? plan::Stage::before_docker : plan::Stage::complete,
                          .survey = {}};
    // What is wrong on the host is said before anything is sent to the LAN.
    ONLAN_TRY(prepared.plan, plan::plan_up(request));
    if (!up.before_docker && !prepared.plan.steps.empty()) {
        ONLAN_TRY(request.survey,
                  survey(prepared.intent, prepared.host, prepared.plan, answer_time));
        ONLAN_TRY(prepared.plan, plan::plan_up(request));
    }
    return prepared;
}

int ask_to_confirm(seconds patience)
{
    // Reading from the background would stop this process.
    const bool terminal = ::isatty(STDIN_FILENO) != 0 && ::tcgetpgrp(STDIN_FILENO) == ::getpgrp();
    // What was typed before the question is no answer to it.
    if (terminal)
        ::tcflush(STDIN_FILENO, TCIFLUSH);
    std::cout << fmt::format("Can you still reach this host? {} within {} seconds to keep the "
                             "changes, or they are undone.\n",
                             terminal ? "Press Enter here, or run 'onlan confirm',"
                                      : "Run 'onlan confirm'",
                             patience.count())
              << std::flush;
    return terminal ? STDIN_FILENO : -1;
}

// With somebody who has to confirm, or without.
int carry_out(apply::Journal& journal,
              apply::Actuator& actuator,
              const plan::Plan& plan,
              const apply::Supervision& supervision,
              Report& report)
{
    if (supervision.patience > seconds{0}) {
        const auto supervised =
            apply::build_supervised(actuator, journal, plan, supervision,
                                    {.progress = print_step, .asked = ask_to_confirm});
        if (!supervised)
            return report.could_not(supervised.error());
        if (!supervised->outcome.ok())
            return report.could_not(supervised->outcome);
        if (supervised->confirmed == apply::Confirmed::yes) {
            std::cout << "Confirmed: the changes stay.\n";
            return kDone;
        }
        std::cout << "Nobody confirmed: the changes are undone.\n";
        report.ended_as("not-confirmed");
        return kCouldNot;
    }
    const apply::RunResult outcome = apply::build(actuator, journal, plan, print_step);
    if (!outcome.ok())
        return report.could_not(outcome);
    if (const auto committed = journal.commit(); !committed)
        return report.could_not(committed.error());
    return kDone;
}

seconds patience_for(const plan::Plan& plan, std::optional<seconds> wanted)
{
    return wanted.value_or(plan.moves_default_route ? kPatience : seconds{0});
}

// Lets the user read the plan and agree to it. An exit code when the command ends here.
std::optional<int> agree(const plan::Plan& plan, PlanAs how, bool yes, Report& report)
{
    if (plan.steps.empty()) {
        std::cout << "Nothing to do: the host is as configured.\n";
        return kDone;
    }
    if (yes)
        return {};
    if (const auto printed = print_plan(plan, how); !printed)
        return report.could_not(printed.error());
    switch (ask("Make these changes?")) {
    case Answer::yes:
        return {};
    case Answer::no:
        std::cout << "Nothing was changed.\n";
        report.ended_as("declined");
        return kCouldNot;
    case Answer::nobody:
        static_cast<void>(report.could_not(
            {Failed::refused, "nobody to ask on this terminal: use --yes to make the changes"}));
        return kUsage;
    }
    return {};
}

std::optional<int>
finish_interrupted_run(apply::Journal& journal, apply::Actuator& actuator, Report& report)
{
    const std::optional<apply::JournalRun>& run = journal.unfinished();
    if (!run)
        return {};
    std::cout << (run->kind == apply::RunKind::up
                      ? "An earlier 'up' was interrupted; taking back what it did:\n"
                      : "An earlier 'down' was interrupted; finishing it:\n");
    const apply::RunResult outcome = apply::recover(actuator, journal, print_step);
    return outcome.ok() ? std::optional<int>{} : report.could_not(outcome);
}

// A plan beside what the journal says of the run before.
struct Looked {
    plan::Plan plan;
    std::optional<apply::JournalRun> unfinished;

    [[nodiscard]] bool nothing_to_do() const { return plan.steps.empty() && !unfinished; }
};

Result<> show(const Looked& looked, PlanAs how)
{
    print_warnings(looked.plan.warnings);
    if (looked.unfinished)
        std::cout << describe_interruption(*looked.unfinished) << '\n';
    if (looked.nothing_to_do())
        std::cout << "Nothing to do: the host is as configured.\n";
    return print_plan(looked.plan, how);
}

// `up` as far as it changes nothing.
Result<Looked> look_up(const Options& options, const UpOptions& up, std::string_view command)
{
    ONLAN_CHECK(require_root(command));
    ONLAN_TRY(const apply::Recorded journal, read_journal(options));
    ONLAN_TRY(Prepared prepared, prepare(options, up, journal.ledger, kAnswerTimeForPlan));
    return Looked{.plan = std::move(prepared.plan), .unfinished = journal.unfinished};
}

struct Going {
    plan::Plan plan;
    Result<> unused; // why it must not be done now
    bool leaves_networks = false;
};

// An engine that does not answer is no reason to leave the rest in place.
void leave_networks(Going& going, const std::string& why)
{
    std::erase_if(going.plan.steps, [&](const plan::PlannedStep& step) {
        const auto* removed = std::get_if<plan::RemoveDockerNetwork>(&step.change);
        if (removed == nullptr)
            return false;
        going.leaves_networks = true;
        going.plan.warnings.push_back(
            fmt::format("the Docker network {} stays: {}; 'onlan down' removes it when Docker runs",
                        removed->network.name, why));
        return true;
    });
}

Result<Going>
plan_to_go(const Options& options, const DownOptions& down, const plan::Ledger& ledger)
{
    ONLAN_CHECK(check_names(options, ledger, down.lans));
    ONLAN_TRY(const model::Snapshot host, collect::collect_users(options.docker_host));
    plan::Plan plan = plan::plan_down(plan::with_strays(ledger, host), down.lans);
    auto unused = plan::check_unused(plan, host);
    plan.warnings = plan::left_behind(plan, host);
    Going going{.plan = std::move(plan), .unused = std::move(unused)};
    if (!host.docker)
        leave_networks(going, host.docker_missing);
    return going;
}

Result<Looked> look_down(const Options& options, const DownOptions& down)
{
    ONLAN_TRY(const apply::Recorded journal, read_journal(options));
    ONLAN_TRY(Going going, plan_to_go(options, down, journal.ledger));
    if (!going.unused)
        going.plan.warnings.push_back(going.unused.error().message);
    return Looked{.plan = std::move(going.plan), .unfinished = journal.unfinished};
}

int rehearse(const Result<Looked>& looked, PlanAs how, Report& report)
{
    if (!looked)
        return report.could_not(looked.error());
    report.planned(looked->plan);
    report.ended_as("dry-run");
    const auto shown = show(*looked, how);
    return shown ? kDone : report.could_not(shown.error());
}

// Nobody else changes the host while this is there.
struct Opened {
    apply::Lock lock;
    apply::Journal journal;
    std::unique_ptr<apply::HostActuator> actuator;
};

Result<Opened> open_host(const Options& options, std::string_view command)
{
    ONLAN_TRY(apply::Lock lock, apply::Lock::take(options.state_folder, command));
    ONLAN_TRY(apply::Journal journal, open_journal(options));
    ONLAN_TRY(auto actuator, apply::HostActuator::open(options.docker_host));
    return Opened{
        .lock = std::move(lock), .journal = std::move(journal), .actuator = std::move(actuator)};
}

int run_up(const Task& task, const UpOptions& up)
{
    const auto& [options, report] = task;
    if (up.dry_run)
        return rehearse(look_up(options, up, "up"), up.how, report);
    if (const auto root = require_root("up"); !root)
        return report.could_not(root.error());
    // Errors in the file come before the lock: they concern nobody else.
    if (const auto intent = load_intent(options); !intent)
        return report.could_not(intent.error());
    auto opened = open_host(options, "up");
    if (!opened)
        return report.could_not(opened.error());
    auto& [lock, journal, actuator] = *opened;
    if (const auto ended = finish_interrupted_run(journal, *actuator, report))
        return *ended;
    const plan::Ledger ledger = journal.ledger();
    const auto prepared = prepare(options, up, ledger, kAnswerTime);
    if (!prepared)
        return report.could_not(prepared.error());
    report.planned(prepared->plan);
    print_warnings(prepared->plan.warnings);
    if (const auto ended = agree(prepared->plan, up.how, up.yes, report))
        return *ended;
    return carry_out(journal, *actuator, prepared->plan,
                     {.patience = patience_for(prepared->plan, up.confirm),
                      .folder = options.state_folder,
                      .lock = lock},
                     report);
}

int run_down(const Task& task, const DownOptions& down)
{
    const auto& [options, report] = task;
    if (const auto root = require_root("down"); !root)
        return report.could_not(root.error());
    if (down.dry_run)
        return rehearse(look_down(options, down), down.how, report);
    auto opened = open_host(options, "down");
    if (!opened)
        return report.could_not(opened.error());
    auto& [lock, journal, actuator] = *opened;
    if (const auto ended = finish_interrupted_run(journal, *actuator, report))
        return *ended;
    const auto going = plan_to_go(options, down, journal.ledger());
    if (!going)
        return report.could_not(going.error());
    const plan::Plan& plan = going->plan;
    report.planned(plan);
    if (!going->unused)
        return report.could_not(going->unused.error());
    print_warnings(plan.warnings);
    if (going->leaves_networks && plan.steps.empty())
        return kCouldNot;
    if (const auto ended = agree(plan, down.how, down.yes, report))
        return *ended;
    const seconds patience = patience_for(plan, down.confirm);
    if (patience > seconds{0}) {
        const int code =
            carry_out(journal, *actuator, plan,
                      {.patience = patience, .folder = options.state_folder, .lock = lock}, report);
        return code == kDone && going->leaves_networks ? kCouldNot : code;
    }
    const apply::RunResult outcome =
        apply::tear_down(*actuator, journal, {.lans = down.lans, .plan = plan}, print_step);
    return outcome.ok() ? kDone : report.could_not(outcome);
}

int could_not(const Error& error)
{
    print_error(error);
    return kCouldNot;
}

} // namespace

int plan(const Options& options, const UpOptions& up)
{
    const auto looked = look_up(options, up, "plan");
    if (!looked)
        return could_not(looked.error());
    if (options.format == Format::json) {
        nlohmann::json document = plan_to_json(looked->plan);
        const std::optional<apply::JournalRun>& run = looked->unfinished;
        document["interrupted"] = run ? nlohmann::json(run_name(*run)) : nullptr;
        std::cout << json_document_text(document) << '\n';
    } else if (const auto shown = show(*looked, up.how); !shown) {
        return could_not(shown.error());
    }
    return looked->nothing_to_do() ? kDone : kNo;
}

int up(const Options& options, const UpOptions& up)
{
    Report report("up", options.format);
    return report.end(run_up({options, report}, up));
}

int down(const Options& options, const DownOptions& down)
{
    Report report("down", options.format);
    return report.end(run_down({options, report}, down));
}

int confirm(const Options& options)
{
    if (const auto root = require_root("confirm"); !root)
        return could_not(root.error());
    if (const auto confirmed = apply::confirm(options.state_folder); !confirmed)
        return could_not(confirmed.error());
    std::cout << "Confirmed: the changes stay.\n";
    return kDone;
}

} // namespace onlan::cli
