#pragma once

#include <optional>

#include "cli/change_options.hpp"
#include "cli/report.hpp"
#include "operate/rehearsal.hpp"

namespace onlan::cli {

// What would be done, for somebody to read.
[[nodiscard]] Result<> show(const operate::Rehearsal& rehearsal, PlanAs how);

// The whole of a run that changes nothing (--dry-run). Its exit code.
[[nodiscard]] Result<int>
show_dry_run(const operate::Rehearsal& rehearsal, PlanAs how, Report& report);

// Lets somebody read the plan and agree to it. An exit code when the command ends here.
[[nodiscard]] std::optional<int>
agree(const plan::Plan& plan, const ChangeOptions& change, Report& report);

} // namespace onlan::cli
