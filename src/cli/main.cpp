#include <algorithm>
#include <exception>
#include <iostream>

#include <CLI/CLI.hpp>

#include "cli/command.hpp"
#include "cli/print.hpp"
#include "cli/standard_streams.hpp"
#include "cli/usage.hpp"

namespace onlan::cli {
namespace {

constexpr int kInternalError = 70; // EX_SOFTWARE of sysexits.h

int run(int argc, char** argv)
{
    CLI::App program{"Put containers on the real LAN, reversibly.", "onlan"};
    Options options;
    program.fallthrough(); // "onlan status --json"; handed on to the commands as they are added
    add_global_options(program, options);
    const std::vector<Command> commands = add_commands(program);
    program.require_subcommand(1);
    try {
        program.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return end_without_command(program, error);
    }
    // There is one, and only one: that was required.
    const auto asked = std::ranges::find_if(
        commands, [](const Command& command) { return command.syntax->parsed(); });
    const auto code = asked->run(options);
    if (!code)
        print_error(code.error());
    return code.value_or(kCouldNot);
}

} // namespace
} // namespace onlan::cli

int main(int argc, char** argv)
{
    onlan::cli::keep_going_without_readers();
    try {
        return onlan::cli::run(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "onlan: error: internal error: " << error.what() << '\n';
        return onlan::cli::kInternalError;
    }
}
