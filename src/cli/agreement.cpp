#include "cli/agreement.hpp"

#include <array>
#include <iostream>

#include "cli/terminal.hpp"

namespace onlan::cli {
namespace {

constexpr std::string_view kNothingToDo = "Nothing to do: the host is as configured.\n";

} // namespace

Result<> show(const operate::Rehearsal& rehearsal, PlanAs how)
{
    print_warnings(rehearsal.plan.warnings);
    if (rehearsal.unfinished)
        std::cout << describe_interruption(*rehearsal.unfinished) << '\n';
    if (rehearsal.nothing_to_do())
        std::cout << kNothingToDo;
    return print_plan(rehearsal.plan, how);
}

Result<int> show_dry_run(const operate::Rehearsal& rehearsal, PlanAs how, Report& report)
{
    report.planned(rehearsal.plan);
    report.ended_as("dry-run");
    ONLAN_CHECK(show(rehearsal, how));
    return kDone;
}

std::optional<int> agree(const plan::Plan& plan, const ChangeOptions& change, Report& report)
{
    if (plan.steps.empty()) {
        std::cout << kNothingToDo;
        return kDone;
    }
    if (change.yes)
        return {};
    if (const auto printed = print_plan(plan, change.how); !printed)
        return report.could_not({&printed.error(), 1});
    switch (ask("Make these changes?")) {
    case Answer::yes:
        return {};
    case Answer::no:
        std::cout << "Nothing was changed.\n";
        report.ended_as("declined");
        return kCouldNot;
    case Answer::nobody:
        break;
    }
    const Error nobody{Failed::refused, "not interactive; pass --yes to make the changes"};
    static_cast<void>(report.could_not({&nobody, 1}));
    return kUsage;
}

} // namespace onlan::cli
