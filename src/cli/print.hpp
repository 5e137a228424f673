#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "apply/journal.hpp"
#include "apply/transaction.hpp"
#include "base/result.hpp"
#include "cli/options.hpp"
#include "plan/plan.hpp"
#include "render/text.hpp"

namespace onlan::cli {

// "onlan: error: …" on stderr, one line per problem.
void print_error(const Error& error);
void print_warnings(std::span<const std::string> warnings);

[[nodiscard]] render::Ink ink(Paint paint);
// Words that a reader looks for first, in the colour of what they mean.
[[nodiscard]] std::string good(std::string_view words, Paint paint);
[[nodiscard]] std::string bad(std::string_view words, Paint paint);

enum class PlanAs : std::uint8_t { sentences, commands };

void print_step(const plan::PlannedStep& step);
// All of the plan for a shell.
[[nodiscard]] Result<std::vector<std::string>> commands_of(const plan::Plan& plan);
[[nodiscard]] Result<> print_plan(const plan::Plan& plan, PlanAs how);
[[nodiscard]] nlohmann::json plan_to_json(const plan::Plan& plan);

// "up" or "down".
[[nodiscard]] std::string_view run_name(const apply::JournalRun& run);
// What an unfinished run means for the next one.
[[nodiscard]] std::string describe_interruption(const apply::JournalRun& run);

} // namespace onlan::cli
