#pragma once

#include <filesystem>
#include <optional>

#include "base/result.hpp"
#include "lab/story.hpp"

namespace onlan::lab {

// The article's host: a bridge with the LAN on it, a second bridge for containers, a published
// port. Built in throw-away namespaces; shows what fails when it is set up by hand, runs
// `onlan up`'s own code on it, and tries every path.
//
// `docker_root` is the file system to take a real Docker engine from; without one, namespaces and
// rules like Docker's stand in for it. The lab's folder has been
// claimed; everything goes with remove_lab().
[[nodiscard]] Result<> run_article(const std::optional<std::filesystem::path>& docker_root,
                                   Narrator& narrator);

} // namespace onlan::lab
