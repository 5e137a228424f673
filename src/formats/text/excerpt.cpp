#include "formats/text/excerpt.hpp"

#include <algorithm>

namespace onlan::formats::text {

bool Excerpt::asked(std::string_view word) const
{
    return std::ranges::find(command, word) != command.end();
}

std::string_view Excerpt::option(std::string_view option) const
{
    const auto found = std::ranges::find(command, option);
    return found == command.end() || found + 1 == command.end() ? std::string_view{} : *(found + 1);
}

std::string Excerpt::text() const
{
    std::string whole;
    for (const Line& line : lines)
        whole.append(line.text).append("\n");
    return whole;
}

} // namespace onlan::formats::text
