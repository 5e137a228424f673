#include "base/file.hpp"

#include <array>

#include <fcntl.h>
#include <sys/stat.h>

#include <fmt/format.h>

#include "base/unique_fd.hpp"

namespace onlan {
namespace {

Result<> write_all(int fd, std::string_view text, const std::filesystem::path& path)
{
    while (!text.empty()) {
        const auto written = ::write(fd, text.data(), text.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return fail_errno(fmt::format("write {}", path.string()));
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

Result<UniqueFd> open_file(const std::filesystem::path& path, int flags, mode_t mode = 0)
{
    UniqueFd fd{::open(path.c_str(), flags | O_CLOEXEC, mode)};
    if (!fd)
        return fail_errno(fmt::format("open {}", path.string()));
    return fd;
}

} // namespace

Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit)
{
    ONLAN_TRY(const UniqueFd fd, open_file(path, O_RDONLY));
    std::string text;
    std::array<char, 16384> chunk{};
    for (;;) {
        const auto size = ::read(fd.get(), chunk.data(), chunk.size());
        if (size < 0 && errno == EINTR)
            continue;
        if (size < 0)
            return fail_errno(fmt::format("read {}", path.string()));
        if (size == 0)
            return text;
        text.append(chunk.data(), static_cast<std::size_t>(size));
        if (text.size() > limit)
            return fail(Failed::parse,
                        fmt::format("read {}: larger than {} bytes", path.string(), limit));
    }
}

Result<> write_file(const std::filesystem::path& path, std::string_view text)
{
    ONLAN_TRY(const UniqueFd fd, open_file(path, O_WRONLY));
    return write_all(fd.get(), text, path);
}

Result<> replace_file(const std::filesystem::path& path, std::string_view text, mode_t mode)
{
    const std::filesystem::path temporary = path.string() + ".new";
    // What a crash has left may be open to others than `mode` says.
    std::error_code absent;
    std::filesystem::remove(temporary, absent);
    ONLAN_TRY(const UniqueFd fd, open_file(temporary, O_WRONLY | O_CREAT | O_EXCL, mode));
    ONLAN_CHECK(write_all(fd.get(), text, temporary));
    if (::fsync(fd.get()) < 0)
        return fail_errno(fmt::format("sync {}", temporary.string()));
    if (::rename(temporary.c_str(), path.c_str()) < 0)
        return fail_errno(fmt::format("rename {} to {}", temporary.string(), path.string()));
    // The new name itself has to reach the disk too.
    ONLAN_TRY(const UniqueFd folder, open_file(path.parent_path(), O_RDONLY | O_DIRECTORY));
    if (::fsync(folder.get()) < 0)
        return fail_errno(fmt::format("sync {}", path.parent_path().string()));
    return {};
}

} // namespace onlan
