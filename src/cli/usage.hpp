#pragma once

#include "cli/options.hpp"

namespace CLI {
class ParseError;
}

namespace onlan::cli {

// The program's exit code where the command line asks for nothing to be run: it asks for help or
// for the version, which is printed, or is wrong, which is said.
[[nodiscard]] int end_without_command(const CLI::App& program, const CLI::ParseError& error);

} // namespace onlan::cli
