#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "cli/options.hpp"
#include "cli/print.hpp"

namespace onlan::cli {

// Options of the commands that change the host.
struct ChangeOptions {
    std::vector<std::string> lans;
    bool dry_run = false;
    PlanAs how = PlanAs::sentences;
    bool yes = false;
    std::optional<std::chrono::seconds> confirm; // zero: never ask; absent: as the plan needs it
};

// These keep what they are given to fill, until the command line has been read.
void add_change_options(CLI::App& command, ChangeOptions& change);
void add_lans(CLI::App& command, std::vector<std::string>& lans);
void add_commands_flag(CLI::App& command, PlanAs& how);

} // namespace onlan::cli
