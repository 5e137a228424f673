#include "cli/change_options.hpp"

#include <CLI/CLI.hpp>

namespace onlan::cli {

void add_lans(CLI::App& command, std::vector<std::string>& lans)
{
    command.add_option("LAN", lans, "limit the command to these LANs");
}

void add_commands_flag(CLI::App& command, PlanAs& how)
{
    command.add_flag_callback(
        "--commands", [&how] { how = PlanAs::commands; },
        "show the plan as ip, nft and docker commands");
}

void add_change_options(CLI::App& command, ChangeOptions& change)
{
    add_lans(command, change.lans);
    command.add_flag("--dry-run", change.dry_run, "show what would change, and change nothing");
    add_commands_flag(command, change.how);
    command.add_flag("-y,--yes", change.yes, "do not ask before changing");
    command
        .add_option_function<long>(
            "--confirm",
            [&change](const long& patience) { change.confirm = std::chrono::seconds{patience}; },
            "undo the changes unless confirmed within SECONDS; 0: do not ask (default: 30 when a "
            "default route moves, else 0)")
        ->type_name("SECONDS")
        ->check(CLI::Range(0, 86400));
}

} // namespace onlan::cli
