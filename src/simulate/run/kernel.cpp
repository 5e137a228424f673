#include "simulate/run/kernel.hpp"

#include <charconv>
#include <utility>

namespace onlan::simulate {

Kernel kernel_of(std::string_view release)
{
    std::pair<unsigned, unsigned> version;
    const char* const begin = release.data();
    const char* const end = begin + release.size();
    const auto major = std::from_chars(begin, end, version.first);
    if (major.ptr == end || *major.ptr != '.' ||
        std::from_chars(major.ptr + 1, end, version.second).ec != std::errc{})
        return {};
    constexpr std::pair<unsigned, unsigned> kChanged{6, 12};
    if (version < kChanged)
        return {.bridge_forward_priority = -1, .lowest_port_first = false};
    return {};
}

} // namespace onlan::simulate
