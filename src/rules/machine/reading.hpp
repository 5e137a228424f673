#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace onlan::rules {

// What no program writes: the whole rule set is refused.
[[nodiscard]] inline Failure malformed(std::string message)
{
    return fail(Failed::parse, std::move(message));
}

// What the kernel may know and we do not: the rule is kept, and every outcome that hangs on it says
// so.
[[nodiscard]] inline Failure not_understood(std::string message)
{
    return fail(Failed::missing_feature, std::move(message));
}

[[nodiscard]] inline bool is_not_understood(const Error& error)
{
    return error.code == make_error_code(Failed::missing_feature);
}

} // namespace onlan::rules
