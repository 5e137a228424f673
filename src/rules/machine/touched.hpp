#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "rules/machine/value.hpp"

namespace onlan::rules {

// What the packets of a flow have put into named sets and taken out of them since its first one.
struct Touched {
    struct Element {
        std::string set; // ElementSet::name()
        std::vector<Value> key;
        std::vector<Value> data; // of a map
        bool present = true;

        friend bool operator==(const Element&, const Element&) = default;
    };
    std::vector<Element> elements; // one for each key

    // Null: the flow has not touched it.
    [[nodiscard]] const Element* find(std::string_view set, std::span<const Value> key) const
    {
        const auto found = std::ranges::find_if(elements, [&](const Element& element) {
            return element.set == set && std::ranges::equal(element.key, key);
        });
        return found == elements.end() ? nullptr : &*found;
    }
    friend bool operator==(const Touched&, const Touched&) = default;
};

} // namespace onlan::rules
