#include "rules/machine/element_set.hpp"

#include <algorithm>

namespace onlan::rules {
namespace {

bool is_point(const Element& element)
{
    return std::ranges::all_of(element.key, &Interval::is_point);
}

Value width(const Interval& interval)
{
    // Not the exact difference, but in the same order for blocks.
    return interval.last ^ interval.first;
}

bool narrower(const Element& a, const Element& b)
{
    return std::ranges::lexicographical_compare(
        a.key, b.key, [](const auto& one, const auto& two) { return width(one) < width(two); });
}

bool holds(const Element& element, std::span<const Value> key)
{
    for (std::size_t at = 0; at < element.key.size() && at < key.size(); ++at) {
        if (!element.key[at].contains(key[at]))
            return false;
    }
    return true;
}

bool before(const Element& element, std::span<const Value> key)
{
    return std::ranges::lexicographical_compare(element.key, key, {}, &Interval::first);
}

bool are_disjoint(std::span<const Element> elements)
{
    if (std::ranges::any_of(elements, [](const Element& e) { return e.key.size() != 1; }))
        return false;
    for (std::size_t at = 1; at < elements.size(); ++at) {
        if (elements[at].key[0].first <= elements[at - 1].key[0].last)
            return false;
    }
    return true;
}

} // namespace

ElementSet::ElementSet(std::vector<Element> elements, Growth growth, std::string name)
    : elements_(std::move(elements)), growth_(growth), name_(std::move(name))
{
    const auto intervals = std::ranges::stable_partition(elements_, is_point).begin();
    const auto end = elements_.end();
    points_ = static_cast<std::size_t>(intervals - elements_.begin());
    std::ranges::stable_sort(elements_.begin(), intervals, {}, &Element::key);
    std::ranges::stable_sort(intervals, end, {}, &Element::key);
    disjoint_ = are_disjoint(std::span(elements_).subspan(points_));
    if (!disjoint_)
        std::ranges::stable_sort(intervals, end, narrower);
}

ElementSet::Found ElementSet::find(std::span<const Value> key) const
{
    const auto found = [](const Element& element) {
        if (element.excluded)
            return Found{};
        return Found{.answer = element.conditional ? Tri::maybe : Tri::yes, .element = &element};
    };
    const std::span all(elements_);
    const auto points = all.first(points_);
    const auto intervals = all.subspan(points_);
    const auto point = std::ranges::lower_bound(
        points, true, {}, [&](const Element& element) { return !before(element, key); });
    if (point != points.end() && holds(*point, key))
        return found(*point);
    if (disjoint_) {
        const auto after =
            std::ranges::upper_bound(intervals, key.front(), {},
                                     [](const Element& element) { return element.key[0].first; });
        if (after != intervals.begin() && holds(*std::prev(after), key))
            return found(*std::prev(after));
    } else {
        const auto first = std::ranges::find_if(
            intervals, [&](const Element& element) { return holds(element, key); });
        if (first != intervals.end())
            return found(*first);
    }
    return {.answer = growth_ == Growth::growing ? Tri::maybe : Tri::no};
}

const Touched::Element*
touched_by_flow(const ElementSet& set, std::span<const Value> key, const Sight& sight)
{
    const Touched* touched = sight.packet.touched.get();
    return touched == nullptr || set.name().empty() ? nullptr : touched->find(set.name(), key);
}

Key read_key(std::span<const Expression> parts, const Sight& sight)
{
    Key key;
    key.parts.reserve(parts.size());
    for (const Expression& part : parts) {
        const Read one = read(part, sight);
        if (one.known == Known::nothing)
            return {.known = Known::nothing, .parts = {}};
        if (one.known == Known::unknown)
            key.known = Known::unknown;
        key.parts.push_back(one.value);
    }
    return key;
}

} // namespace onlan::rules
