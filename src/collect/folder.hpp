#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/snapshot.hpp"

namespace onlan::collect {

struct Loaded {
    model::Snapshot snapshot;
    std::vector<std::string> unused; // sentences: what was not understood, each with its place
};

// A snapshot from a file that `onlan snapshot` wrote, or from a folder with what other programs
// printed, each file optional (docs/snapshot.md has their names). An error has the file in it, and
// the place in that.
[[nodiscard]] Result<Loaded> load_snapshot(const std::filesystem::path& path);
// What somebody pasted: a file, or "-" for standard input (docs/paste.md).
[[nodiscard]] Result<Loaded> load_paste(const std::filesystem::path& path);

} // namespace onlan::collect
