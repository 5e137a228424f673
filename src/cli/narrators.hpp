#pragma once

#include <memory>

#include "cli/options.hpp"
#include "lab/story.hpp"

namespace onlan::cli {

// Tells the lab's story in the format that is asked for.
[[nodiscard]] std::unique_ptr<lab::Narrator> make_narrator(const Options& options);

} // namespace onlan::cli
