#pragma once

#include <string>

namespace onlan {

// The path of a file or folder of tests/data.
[[nodiscard]] std::string test_data(const std::string& name);

} // namespace onlan
