#include "kernel/sysctl.hpp"

#include <algorithm>

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

} // namespace onlan::kernel
