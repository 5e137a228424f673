#include <iostream>

#include <termios.h>
#include <unistd.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "apply/confirmation.hpp"
#include "apply/host_actuator.hpp"
#include "apply/lock.hpp"
#include "cli/options.hpp"
#include "cli/print.hpp"
#include "cli/session.hpp"
#include "collect/host.hpp"
#include "plan/uplink.hpp"

namespace onlan::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kPatience{30};
// A machine that saves power on Wi-Fi hears a question only with every third beacon or so, 0.3 s
// apart. Before addresses are given away it must not be missed; a plan that is only looked at is
// to be there at once.
constexpr milliseconds kAnswerTime{500};
constexpr milliseconds kAnswerTimeForPlan{100};

int could_not(const Error& error)
{
    print_error(error);
    return kCouldNot;
}

int could_not(const apply::Outcome& outcome)
{
    print_errors(outcome.errors);
    return kCouldNot;
}

struct Prepared {
    model::Intent intent;
    model::Host host;
    plan::Plan plan;
};

Result<> wait_for_docker(const std::string& docker_host, seconds patience)
{
    ONLAN_TRY(const io::DockerApi docker, io::DockerApi::open(docker_host));
    return docker.wait(patience);
}

Result<Prepared> prepare(const Options& options,
                         const UpOptions& up,
                         const plan::Ledger& ledger,
                         milliseconds answer_time)
{
    Prepared prepared;
    ONLAN_TRY(prepared.intent, load_intent(options));
    if (up.wait > seconds{0})
        ONLAN_CHECK(wait_for_docker(options.docker_host, up.wait));
    ONLAN_TRY(prepared.host, collect::collect_host(options.docker_host));
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
              const apply::Supervision& supervision)
{
    if (supervision.patience > seconds{0}) {
        const auto supervised =
            apply::build_supervised(actuator, journal, plan, supervision,
                                    {.progress = print_step, .asked = ask_to_confirm});
        if (!supervised)
            return could_not(supervised.error());
        if (!supervised->outcome.ok())
            return could_not(supervised->outcome);
        if (supervised->confirmed == apply::Confirmed::yes) {
            std::cout << "Confirmed: the changes stay.\n";
            return kDone;
        }
        std::cout << "Nobody confirmed: the changes are undone.\n";
        return kCouldNot;
    }
    const apply::Outcome outcome = apply::build(actuator, journal, plan, print_step);
    if (!outcome.ok())
        return could_not(outcome);
    if (const auto committed = journal.commit(); !committed)
        return could_not(committed.error());
    return kDone;
}

seconds patience_for(const plan::Plan& plan, std::optional<seconds> wanted)
{
    return wanted.value_or(plan.moves_default_route ? kPatience : seconds{0});
}

// Lets the user read the plan and agree to it. An exit code when the command ends here.
std::optional<int> agree(const plan::Plan& plan, bool commands, bool yes)
{
    if (plan.steps.empty()) {
        std::cout << "Nothing to do: the host is as configured.\n";
        return kDone;
    }
    if (yes)
        return {};
    print_plan(plan, commands);
    switch (ask("Make these changes?")) {
    case Answer::yes:
        return {};
    case Answer::no:
        std::cout << "Nothing was changed.\n";
        return kCouldNot;
    case Answer::nobody:
        print_error(
            {Failed::refused, "nobody to ask on this terminal: use --yes to make the changes"});
        return kUsage;
    }
    return {};
}

std::optional<int> finish_interrupted_run(apply::Journal& journal, apply::Actuator& actuator)
{
    if (!journal.unfinished())
        return {};
    std::cout << (journal.unfinished()->kind == apply::RunKind::up
                      ? "An earlier 'up' was interrupted; taking back what it did:\n"
                      : "An earlier 'down' was interrupted; finishing it:\n");
    const apply::Outcome outcome = apply::recover(actuator, journal, print_step);
    return outcome.ok() ? std::optional<int>{} : could_not(outcome);
}

// Before anything is undone. An engine that does not answer is no reason to leave the rest in
// place: its network stays on record, and the next `down` removes it.
Result<> check_unused(const plan::Plan& plan, const model::Host& host)
{
    if (host.docker) {
        if (const auto in_use = plan::networks_in_use(plan, *host.docker); !in_use.empty())
            return fail(Failed::conflict, fmt::format("{}", fmt::join(in_use, "\n")));
    }
    if (const auto others = plan::cut_off(plan, host); !others.empty())
        return fail(Failed::conflict, fmt::format("{}", fmt::join(others, "\n")));
    return {};
}

Result<plan::Plan>
plan_to_go(const Options& options, const DownOptions& down, const plan::Ledger& ledger)
{
    ONLAN_TRY(const model::Host host, collect::collect_users(options.docker_host));
    plan::Plan plan = plan::plan_down(plan::with_strays(ledger, host), down.lans);
    ONLAN_CHECK(check_unused(plan, host));
    return plan;
}

int show(const plan::Plan& plan,
         const std::optional<apply::Run>& unfinished,
         const Options& options,
         bool commands)
{
    const bool nothing = plan.steps.empty() && !unfinished;
    if (options.format == Format::json) {
        nlohmann::json document = plan_to_json(plan);
        document["interrupted"] = unfinished ? nlohmann::json(run_name(*unfinished)) : nullptr;
        std::cout << document.dump(2) << '\n';
        return nothing ? kDone : kNo;
    }
    print_warnings(plan.warnings);
    if (unfinished)
        std::cout << describe_interruption(*unfinished) << '\n';
    if (nothing)
        std::cout << "Nothing to do: the host is as configured.\n";
    print_plan(plan, commands);
    return nothing ? kDone : kNo;
}

} // namespace

int plan(const Options& options, const UpOptions& up)
{
    if (const auto root = require_root("plan"); !root)
        return could_not(root.error());
    const auto journal = read_journal(options);
    if (!journal)
        return could_not(journal.error());
    const auto prepared = prepare(options, up, journal->ledger, kAnswerTimeForPlan);
    if (!prepared)
        return could_not(prepared.error());
    return show(prepared->plan, journal->unfinished, options, up.commands);
}

int up(const Options& options, const UpOptions& up)
{
    if (up.dry_run) {
        const int shown = plan(options, up);
        return shown == kNo ? kDone : shown;
    }
    if (const auto root = require_root("up"); !root)
        return could_not(root.error());
    // Errors in the file come before the lock: they concern nobody else.
    if (const auto intent = load_intent(options); !intent)
        return could_not(intent.error());
    const auto lock = apply::Lock::take(options.state_folder, "up");
    if (!lock)
        return could_not(lock.error());
    auto journal = open_journal(options);
    if (!journal)
        return could_not(journal.error());
    auto actuator = apply::HostActuator::open(options.docker_host);
    if (!actuator)
        return could_not(actuator.error());
    if (const auto ended = finish_interrupted_run(*journal, **actuator))
        return *ended;
    const plan::Ledger ledger = journal->ledger();
    const auto prepared = prepare(options, up, ledger, kAnswerTime);
    if (!prepared)
        return could_not(prepared.error());
    print_warnings(prepared->plan.warnings);
    if (const auto ended = agree(prepared->plan, up.commands, up.yes))
        return *ended;
    return carry_out(*journal, **actuator, prepared->plan,
                     {.patience = patience_for(prepared->plan, up.confirm),
                      .folder = options.state_folder,
                      .lock = *lock});
}

int down(const Options& options, const DownOptions& down)
{
    if (const auto root = require_root("down"); !root)
        return could_not(root.error());
    if (down.dry_run) {
        const auto journal = read_journal(options);
        if (!journal)
            return could_not(journal.error());
        if (const auto known = check_names(options, journal->ledger, down.lans); !known)
            return could_not(known.error());
        const auto plan = plan_to_go(options, down, journal->ledger);
        if (!plan)
            return could_not(plan.error());
        const int shown = show(*plan, journal->unfinished, options, down.commands);
        return shown == kNo ? kDone : shown;
    }
    const auto lock = apply::Lock::take(options.state_folder, "down");
    if (!lock)
        return could_not(lock.error());
    auto journal = open_journal(options);
    if (!journal)
        return could_not(journal.error());
    auto actuator = apply::HostActuator::open(options.docker_host);
    if (!actuator)
        return could_not(actuator.error());
    if (const auto ended = finish_interrupted_run(*journal, **actuator))
        return *ended;
    const plan::Ledger ledger = journal->ledger();
    if (const auto known = check_names(options, ledger, down.lans); !known)
        return could_not(known.error());
    const auto plan = plan_to_go(options, down, ledger);
    if (!plan)
        return could_not(plan.error());
    if (const auto ended = agree(*plan, down.commands, down.yes))
        return *ended;
    const seconds patience = patience_for(*plan, down.confirm);
    if (patience > seconds{0})
        return carry_out(*journal, **actuator, *plan,
                         {.patience = patience, .folder = options.state_folder, .lock = *lock});
    if (const auto recorded = apply::put_on_record(*journal, *plan); !recorded)
        return could_not(recorded.error());
    const apply::Outcome outcome = apply::tear_down(**actuator, *journal, down.lans, print_step);
    return outcome.ok() ? kDone : could_not(outcome);
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
