#pragma once

#include <string>

#include "plan/changes/ip_words.hpp"

namespace onlan::plan {

// The words of one command as a line for a shell.
[[nodiscard]] std::string shell_line(const Argv& words);
[[nodiscard]] std::string shell_line(Argv words, const Argv& more);

} // namespace onlan::plan
