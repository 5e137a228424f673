#pragma once

#include <filesystem>

#include "base/result.hpp"
#include "model/snapshot.hpp"

namespace onlan::collect {

// A snapshot from a file that `onlan snapshot` wrote, or from a folder with what other programs
// printed, each file optional (docs/snapshot.md has their names). An error has the file in it, and
// the place in that.
[[nodiscard]] Result<model::Snapshot> load_snapshot(const std::filesystem::path& path);

} // namespace onlan::collect
