#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "cli/options.hpp"
#include "model/snapshot.hpp"

namespace onlan::cli {

// Adds --snapshot, which fills `path`.
void add_snapshot_option(CLI::App& command, std::filesystem::path& path);

// A snapshot, or a folder of other programs' output, at `path`; this host's state, for which
// `command` needs root, where it is empty. What takes long says how far it is.
[[nodiscard]] Result<model::Snapshot>
read_snapshot(const Options& options, const std::filesystem::path& path, std::string_view command);

// A file as a whole or not at all; a pipe or a device, which must not be replaced by a file, as it
// comes. A file gets what the umask leaves of `mode`, also one that was there.
[[nodiscard]] Result<>
write_document(const std::filesystem::path& path, const std::string& document, mode_t mode);

} // namespace onlan::cli
