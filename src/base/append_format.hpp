#pragma once

#include <iterator>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace onlan {

template <typename... Arguments>
void append_format(std::string& text,
                   fmt::format_string<Arguments...> format,
                   Arguments&&... arguments)
{
    fmt::format_to(std::back_inserter(text), format, std::forward<Arguments>(arguments)...);
}

} // namespace onlan
