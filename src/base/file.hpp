#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <sys/types.h>

#include "base/result.hpp"

namespace onlan {

// The whole file, at most `limit` bytes: a file that a user can name is untrusted input.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path,
                                            std::size_t limit = std::size_t{64} << 20);

// Writes in place, one write() call: what /proc/sys wants.
[[nodiscard]] Result<> write_file(const std::filesystem::path& path, std::string_view text);

// Writes beside the file, syncs and renames over it: after a crash the file is the old one or the
// new one. Either way it gets what the umask leaves of `mode`.
[[nodiscard]] Result<>
replace_file(const std::filesystem::path& path, std::string_view text, mode_t mode = 0600);

} // namespace onlan
