#pragma once

#include <chrono>
#include <set>
#include <string>

#include "base/result.hpp"

namespace onlan::kernel {

// Waits until this thread's network namespace has links of all these names. The names of those that
// it still lacks when `patience` is over.
[[nodiscard]] Result<std::set<std::string>> await_links(std::set<std::string> names,
                                                        std::chrono::milliseconds patience);

} // namespace onlan::kernel
