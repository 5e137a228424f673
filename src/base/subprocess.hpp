#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace onlan {

struct Finished {
    int status = 0; // exit status; 128 + N when signal N ended it
    std::string output;
    std::string errors;
};

// Runs a program without a shell, in this thread's namespaces, and waits for its end. It is looked
// up in $PATH and in the administrator's folders. Failed::missing_feature when there is no such
// program, Failed::timeout when it had to be killed at the deadline, Failed::refused when it had to
// be because it printed without end.
[[nodiscard]] Result<Finished>
run_program(const std::vector<std::string>& words,
            std::chrono::milliseconds deadline = std::chrono::seconds{30});

} // namespace onlan
