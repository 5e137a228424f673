#pragma once

#include <string_view>

#include "base/result.hpp"
#include "cli/options.hpp"
#include "model/intent.hpp"
#include "operate/observer.hpp"

namespace onlan::cli {

// What commands start from.

// Reading all of a host's network state, and changing it, takes root.
[[nodiscard]] Result<> require_root(std::string_view command);
[[nodiscard]] Result<model::Intent> load_intent(const Options& options,
                                                operate::Observer& observer);

} // namespace onlan::cli
