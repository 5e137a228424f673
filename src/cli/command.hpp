#pragma once

#include <functional>
#include <vector>

#include "base/result.hpp"
#include "cli/options.hpp"

namespace onlan::cli {

// What the program knows of one of its commands.
struct Command {
    CLI::App* syntax;                               // the program owns it
    std::function<Result<int>(const Options&)> run; // its exit code, or why it could not be done
};

// Every command, in the order of --help. A name here, and a file in cli/commands that defines its
// function add_NAME(), is all that one takes: the function adds it to the program.
#define ONLAN_COMMANDS(COMMAND)                                                                    \
    COMMAND(up)                                                                                    \
    COMMAND(plan)                                                                                  \
    COMMAND(down)                                                                                  \
    COMMAND(status)                                                                                \
    COMMAND(confirm)                                                                               \
    COMMAND(export)                                                                                \
    COMMAND(lab)                                                                                   \
    COMMAND(snapshot)                                                                              \
    COMMAND(explain)

#define ONLAN_COMMAND(name) [[nodiscard]] Command add_##name(CLI::App& program);
ONLAN_COMMANDS(ONLAN_COMMAND)
#undef ONLAN_COMMAND

[[nodiscard]] inline std::vector<Command> add_commands(CLI::App& program)
{
#define ONLAN_COMMAND(name) add_##name(program),
    return {ONLAN_COMMANDS(ONLAN_COMMAND)};
#undef ONLAN_COMMAND
}

} // namespace onlan::cli
