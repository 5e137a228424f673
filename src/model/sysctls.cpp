#include "model/sysctls.hpp"

#include <fmt/format.h>

namespace onlan::model {

std::string SysctlRef::name() const
{
    return fmt::format("{}.{}", folder_, row_);
}

std::string SysctlRef::name(std::string_view device) const
{
    return sysctl_prefix(folder_, device).append(row_);
}

std::string sysctl_prefix(std::string_view folder, std::string_view device)
{
    std::string escaped(device);
    std::ranges::replace(escaped, '.', '/');
    return fmt::format("{}.{}.", folder, escaped);
}

} // namespace onlan::model
