#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "rules/machine/step.hpp"
#include "rules/machine/symbols.hpp"
#include "rules/xt/rule.hpp"

// What stands in single words of a rule.
namespace onlan::rules::xt {

[[nodiscard]] std::vector<std::string> split(std::string_view text, char between);

[[nodiscard]] Result<std::uint64_t> number_of(std::string_view text);
// A name of `symbols`, or a number.
[[nodiscard]] Result<std::uint64_t> number_of(std::string_view text,
                                              std::span<const Symbol> symbols);
// As xtables_parse_protocol() reads it: the case does not matter, and "all" is 0.
[[nodiscard]] Result<std::uint64_t> protocol_of(std::string_view text);
// "80", "80:90", ":90", "80:"; `between` may also be '-'.
[[nodiscard]] Result<Interval> range_of(std::string_view text,
                                        char between,
                                        std::uint64_t most,
                                        std::span<const Symbol> symbols = {});
[[nodiscard]] Result<Value> address_of(std::string_view text);
// "10.0.0.0/8", "10/8", "10.0.0.1", "10.0.0.0/255.0.255.0": a comparison of the field with it.
[[nodiscard]] Result<CompareExpression>
masked_address(Field field, const Option& option, const Scope& scope);
// "br-x" or "br-+"
[[nodiscard]] Interval device_names(std::string_view text);
// "0x1/0xff": value and mask; all bits without one.
struct Masked {
    std::uint32_t value = 0;
    std::uint32_t mask = 0xFFFFFFFF;
};
[[nodiscard]] Result<Masked> masked_of(std::string_view text, std::span<const Symbol> symbols = {});
// (field & mask) == value
[[nodiscard]] CompareExpression masked_comparison(Field field, const Masked& masked, bool negated);

} // namespace onlan::rules::xt
