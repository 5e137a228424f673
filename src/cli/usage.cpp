#include "cli/usage.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/nearest.hpp"
#include "cli/print.hpp"

namespace onlan::cli {
namespace {

// The word that stands where a command should.
std::string unknown_command(const CLI::App& program)
{
    const auto words = program.remaining();
    const auto word =
        std::ranges::find_if(words, [](const std::string& one) { return !one.starts_with('-'); });
    return word == words.end() ? std::string{} : *word;
}

std::string usage_mistake(const CLI::App& program, const CLI::ParseError& error)
{
    if (!program.get_subcommands().empty())
        return error.what();
    std::vector<std::string> names;
    for (const CLI::App* command : program.get_subcommands({}))
        names.push_back(command->get_name());
    const std::vector<std::string_view> known(names.begin(), names.end());
    if (const std::string word = unknown_command(program); !word.empty())
        return fmt::format("there is no command '{}'{}", word, did_you_mean(word, known));
    // Without a command that is what CLI11 says last.
    if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr)
        return fmt::format("no command given; expected one of {}", fmt::join(known, ", "));
    return error.what();
}

} // namespace

int end_without_command(const CLI::App& program, const CLI::ParseError& error)
{
    if (error.get_exit_code() == 0) // --help, --version
        return program.exit(error);
    print_error({std::make_error_code(std::errc::invalid_argument),
                 usage_mistake(program, error) + " (see 'onlan --help')"});
    return kUsage;
}

} // namespace onlan::cli
