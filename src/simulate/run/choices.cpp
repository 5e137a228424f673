#include "simulate/run/choices.hpp"

#include <algorithm>

namespace onlan::simulate {

std::size_t Choices::pick(const std::string& name, std::size_t ways)
{
    const auto found = std::ranges::find(taken_, name, &Taken::name);
    if (found != taken_.end())
        return std::min(found->way, ways - 1);
    taken_.push_back({.name = name, .way = 0, .ways = ways});
    return 0;
}

bool Choices::next()
{
    while (!taken_.empty() && taken_.back().way + 1 == taken_.back().ways)
        taken_.pop_back();
    if (taken_.empty())
        return false;
    ++taken_.back().way;
    return true;
}

} // namespace onlan::simulate
