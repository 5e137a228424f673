#pragma once

#include "rules/machine/step.hpp"

namespace onlan::rules {

[[nodiscard]] inline Tri check(const Compare& compare, const Sight& sight)
{
    const Read read = sight.registers.read(compare.field, sight.packet, sight.context);
    if (read.known == Known::value)
        return tri(compare.range.contains(read.value) != compare.negated);
    return read.known == Known::unknown ? Tri::maybe : tri(compare.without);
}

[[nodiscard]] Tri check(const CompareExpression& compare, const Sight& sight);
[[nodiscard]] Tri check(const Contains& contains, const Sight& sight);
[[nodiscard]] Tri check(const AnyWay& any, const Sight& sight);
[[nodiscard]] Tri check(const Physdev& physdev, const Sight& sight);
[[nodiscard]] Tri check(const AddressType& type, const Sight& sight);
[[nodiscard]] Tri check(const ReversePath& path, const Sight& sight);
[[nodiscard]] inline Tri check(const Maybe& /*maybe*/, const Sight& /*sight*/)
{
    return Tri::maybe;
}

} // namespace onlan::rules
