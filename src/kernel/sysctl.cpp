#include "kernel/sysctl.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include <dirent.h>
#include <fcntl.h>

#include <fmt/format.h>

#include "base/file.hpp"

namespace onlan::kernel {
namespace {

std::string path_of(std::string_view name)
{
    std::string path(name);
    std::ranges::transform(path, path.begin(), [](char c) {
        return c == '.' ? '/' : c == '/' ? '.' : c;
    });
    return "/proc/sys/" + path;
}

} // namespace

Result<std::string> read_sysctl(std::string_view name)
{
    ONLAN_TRY(std::string value, read_file(path_of(name)));
    value.erase(value.find_last_not_of('\n') + 1);
    return value;
}

Result<> write_sysctl(std::string_view name, std::string_view value)
{
    auto written = write_file(path_of(name), value);
    if (!written)
        return Failure{std::move(written).error().within(fmt::format("set {} = {}", name, value))};
    return {};
}

Result<SysctlFolder> SysctlFolder::open(std::string_view name)
{
    UniqueFd fd{::open(path_of(name).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!fd)
        return fail_errno(fmt::format("open the sysctls {}", name));
    return SysctlFolder{std::move(fd)};
}

Result<SysctlFolder> SysctlFolder::folder(const std::string& file) const
{
    UniqueFd fd{::openat(fd_.get(), file.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!fd)
        return fail_errno(fmt::format("open the sysctls of {}", file));
    return SysctlFolder{std::move(fd)};
}

Result<std::string> SysctlFolder::read(const std::string& file) const
{
    const UniqueFd fd{::openat(fd_.get(), file.c_str(), O_RDONLY | O_CLOEXEC)};
    std::array<char, 4096> value{}; // a sysctl is handed out by one read()
    const auto size = fd ? ::read(fd.get(), value.data(), value.size()) : -1;
    if (size < 0)
        return fail_errno(fmt::format("read the sysctl {}", file));
    std::string text(value.data(), static_cast<std::size_t>(size));
    text.erase(text.find_last_not_of('\n') + 1);
    return text;
}

Result<std::vector<std::string>> SysctlFolder::files() const
{
    // The stream closes the descriptor that it gets.
    const int own = ::fcntl(fd_.get(), F_DUPFD_CLOEXEC, 0);
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(own), ::closedir);
    if (!stream)
        return fail_errno("list sysctls");
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(stream.get())) {
        if (entry->d_type == DT_REG)
            names.emplace_back(static_cast<const char*>(entry->d_name));
    }
    return names;
}

} // namespace onlan::kernel
