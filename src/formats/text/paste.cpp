#include "formats/text/paste.hpp"

#include <algorithm>
#include <limits>

namespace onlan::formats::text {

int Part::device(std::string_view name)
{
    if (const model::Link* known = netns.find_link(name))
        return known->index;
    int last = 0;
    for (const model::Link& link : netns.links)
        last = std::max(last, link.index);
    const int index = last == std::numeric_limits<int>::max() ? last : last + 1;
    netns.links.push_back({.index = index,
                           .name = std::string(name),
                           .mtu = 1500,
                           .up = true,
                           .carrier = true,
                           .ethernet = true});
    only_named.emplace(name);
    return index;
}

model::Link* Part::find_device(std::string_view name)
{
    const auto found = std::ranges::find(netns.links, name, &model::Link::name);
    return found == netns.links.end() ? nullptr : &*found;
}

model::XtablesRuleset& Part::xtables(net::Family family)
{
    const auto found = std::ranges::find(netns.xtables, family, &model::XtablesRuleset::family);
    return found != netns.xtables.end()
               ? *found
               : netns.xtables.emplace_back(model::XtablesRuleset{
                     .backend = model::XtablesBackend::legacy, .family = family, .tables = {}});
}

bool Part::has_rules(net::Family family, std::string_view table) const
{
    return std::ranges::any_of(netns.xtables, [&](const model::XtablesRuleset& ruleset) {
        return ruleset.family == family && ruleset.tables.contains(std::string(table));
    });
}

Part& Paste::part(const Excerpt& excerpt)
{
    Part& part = parts[excerpt.netns];
    part.netns.name = excerpt.netns;
    return part;
}

void Paste::not_used(const Line& line, std::string_view why)
{
    if (!unused.empty() && unused.back().number + unused.back().lines == line.number &&
        unused.back().why == why)
        ++unused.back().lines;
    else
        unused.push_back({.number = line.number, .text = line.text, .why = std::string(why)});
}

} // namespace onlan::formats::text
