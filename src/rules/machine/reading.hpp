#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace onlan::rules {

// What is no listing of rules: the whole of it is refused.
[[nodiscard]] inline Failure malformed(std::string message)
{
    return fail(Failed::parse, std::move(message));
}

// What we do not know of a rule, though the kernel may: the rule is kept, and every outcome that
// hangs on it says so.
[[nodiscard]] inline Failure not_understood(std::string message)
{
    return fail(Failed::missing_feature, std::move(message));
}

} // namespace onlan::rules
