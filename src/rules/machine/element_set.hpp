#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "rules/machine/expression.hpp"
#include "rules/machine/touched.hpp"
#include "rules/machine/value.hpp"

namespace onlan::rules {

enum class Tri : std::uint8_t { no, yes, maybe };

[[nodiscard]] constexpr Tri operator!(Tri answer) noexcept
{
    if (answer == Tri::maybe)
        return answer;
    return answer == Tri::yes ? Tri::no : Tri::yes;
}
[[nodiscard]] constexpr Tri tri(bool answer) noexcept
{
    return answer ? Tri::yes : Tri::no;
}

// Where a rule sends the packet. `chain` is the target of a jump or goto.
struct Decision {
    enum class Kind : std::uint8_t { accept, drop, continue_, return_, jump, go_to };
    Kind kind = Kind::accept;
    std::uint32_t chain = 0;

    friend bool operator==(const Decision&, const Decision&) = default;
};

struct Element {
    Intervals key; // one interval for each part of a concatenation
    std::variant<std::monostate, Intervals, Decision> data;
    bool conditional = false; // holds only while its own limit, quota or counter allows
    bool excluded = false;    // ipset: nomatch
};

// The elements of a set or map of nftables, or of an ipset.
class ElementSet {
public:
    // `growing`: rules add to it while packets pass, so what is absent may be there by then.
    enum class Growth : std::uint8_t { fixed, growing };
    // `name`: of the whole namespace, for rules that add to it; empty: none can.
    ElementSet(std::vector<Element> elements, Growth growth, std::string name = {});

    struct Found {
        Tri answer = Tri::no;
        const Element* element = nullptr;
    };
    // Of several elements that hold the key, the narrowest.
    [[nodiscard]] Found find(std::span<const Value> key) const;
    [[nodiscard]] const std::vector<Element>& elements() const { return elements_; }
    [[nodiscard]] const std::string& name() const { return name_; }

private:
    std::vector<Element> elements_; // points first, in order; then intervals, the narrowest first
    std::size_t points_ = 0;
    bool disjoint_ = false; // the intervals are of one part, in order, and do not overlap
    Growth growth_ = Growth::fixed;
    std::string name_;
};

// A key of several parts as the kernel builds it in registers: whole, or broken off by a part that
// the packet does not have, or with a part that is not known.
struct Key {
    Known known = Known::value;
    std::vector<Value> parts;
};
[[nodiscard]] Key read_key(std::span<const Expression> parts, const Sight& sight);
// What the packet's own flow has made of the set's element; null: nothing.
[[nodiscard]] const Touched::Element*
touched_by_flow(const ElementSet& set, std::span<const Value> key, const Sight& sight);

} // namespace onlan::rules
