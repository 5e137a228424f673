#include "model/trace.hpp"

#include <array>

namespace onlan::model {

std::string_view outcome_name(Outcome outcome) noexcept
{
    constexpr std::array<std::string_view, 8> kNames{"delivered", "timeout",  "stalled",
                                                     "refused",   "reset",    "unreachable",
                                                     "blocked",   "ambiguous"};
    return kNames.at(static_cast<std::size_t>(outcome));
}

} // namespace onlan::model
