#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "cli/options.hpp"
#include "model/snapshot.hpp"

namespace onlan::cli {

// Where a snapshot is read from.
struct SnapshotSource {
    std::filesystem::path snapshot; // or a folder of other programs' output; empty: this host, now
    std::filesystem::path paste;    // what somebody has pasted; "-": standard input; empty: nothing
};
// Adds --snapshot and --paste, of which one may be given.
void add_snapshot_options(CLI::App& command, SnapshotSource& source);

// This host's state needs root, and `command` is who asks. What takes long says how far it is, and
// what of a paste was not used is said, too.
[[nodiscard]] Result<model::Snapshot>
read_snapshot(const Options& options, const SnapshotSource& source, std::string_view command);

// A file as a whole or not at all; a pipe or a device, which must not be replaced by a file, as it
// comes. A file gets what the umask leaves of `mode`, also one that was there.
[[nodiscard]] Result<>
write_document(const std::filesystem::path& path, const std::string& document, mode_t mode);

} // namespace onlan::cli
