#include "kernel/sysctl.hpp"

#include <algorithm>
#include <filesystem>

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

Result<std::vector<std::string>> list_sysctls(std::string_view folder)
{
    std::vector<std::string> names;
    std::error_code error;
    for (std::filesystem::directory_iterator at(path_of(folder), error), end; !error && at != end;
         at.increment(error)) {
        if (at->is_regular_file(error))
            names.push_back(fmt::format("{}.{}", folder, at->path().filename().string()));
    }
    if (error && error != std::errc::no_such_file_or_directory)
        return fail_errno(fmt::format("list the sysctls {}", folder), error.value());
    return names;
}

Result<> write_sysctl(std::string_view name, std::string_view value)
{
    auto written = write_file(path_of(name), value);
    if (!written)
        return Failure{std::move(written).error().within(fmt::format("set {} = {}", name, value))};
    return {};
}

} // namespace onlan::kernel
