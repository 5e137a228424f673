#include "rules/xt/words.hpp"

#include <fmt/format.h>

#include "base/number.hpp"
#include "net/prefix.hpp"
#include "rules/machine/reading.hpp"

namespace onlan::rules::xt {

std::vector<std::string> split(std::string_view text, char between)
{
    std::vector<std::string> parts;
    for (;;) {
        const std::size_t end = text.find(between);
        parts.emplace_back(text.substr(0, end));
        if (end == std::string_view::npos)
            return parts;
        text.remove_prefix(end + 1);
    }
}

Result<std::uint64_t> number_of(std::string_view text)
{
    return number_of(text, {});
}

Result<std::uint64_t> number_of(std::string_view text, std::span<const Symbol> symbols)
{
    if (const auto number = parse_prefixed_number<std::uint64_t>(text))
        return *number;
    if (const auto symbol = find_symbol(symbols, text))
        return *symbol;
    return not_understood(fmt::format("'{}' is neither a number nor a known name", text));
}

Result<Interval>
range_of(std::string_view text, char between, std::uint64_t most, std::span<const Symbol> symbols)
{
    const std::size_t at = text.find(between);
    const std::string_view first = text.substr(0, at);
    const std::string_view last = at == std::string_view::npos ? first : text.substr(at + 1);
    ONLAN_TRY(const std::uint64_t from,
              first.empty() ? Result<std::uint64_t>(0) : number_of(first, symbols));
    ONLAN_TRY(const std::uint64_t to,
              last.empty() ? Result<std::uint64_t>(most) : number_of(last, symbols));
    return Interval{.first = Value::of(from), .last = Value::of(to)};
}

Result<Value> address_of(std::string_view text)
{
    ONLAN_TRY(const net::IpAddress address, net::IpAddress::parse(text));
    return Value::of(address);
}

Result<CompareExpression> masked_address(Field field, const Option& option, const Scope& scope)
{
    const std::string_view text = option.word();
    const std::size_t slash = text.find('/');
    ONLAN_TRY(const Value address, address_of(text.substr(0, slash)));
    CompareExpression comparison{
        .left = {.source = field}, .right = {Interval::point(address)}, .negated = option.inverted};
    if (slash == std::string_view::npos)
        return comparison;
    const std::string_view mask = text.substr(slash + 1);
    if (const auto length = parse_prefixed_number<std::uint64_t>(mask)) {
        comparison.right = {
            Interval::prefix(address, scope.address_bits(), static_cast<unsigned>(*length))};
        return comparison;
    }
    ONLAN_TRY(const Value bits, address_of(mask));
    comparison.left.operations = {{.kind = Operation::Kind::bit_and, .operand = bits}};
    comparison.right = {Interval::point(address & bits)};
    return comparison;
}

Interval device_names(std::string_view text)
{
    if (text.ends_with('+'))
        return Interval::names(text.substr(0, text.size() - 1));
    return Interval::point(Value::of_name(text));
}

Result<Masked> masked_of(std::string_view text, std::span<const Symbol> symbols)
{
    const std::size_t slash = text.find('/');
    ONLAN_TRY(const std::uint64_t value, number_of(text.substr(0, slash), symbols));
    Masked masked{.value = static_cast<std::uint32_t>(value)};
    if (slash != std::string_view::npos) {
        ONLAN_TRY(const std::uint64_t mask, number_of(text.substr(slash + 1)));
        masked.mask = static_cast<std::uint32_t>(mask);
    }
    return masked;
}

CompareExpression masked_comparison(Field field, const Masked& masked, bool negated)
{
    CompareExpression comparison{.left = {.source = field},
                                 .right = {Interval::point(Value::of(masked.value))},
                                 .negated = negated};
    if (masked.mask != 0xFFFFFFFF)
        comparison.left.operations = {
            {.kind = Operation::Kind::bit_and, .operand = Value::of(masked.mask)}};
    return comparison;
}

} // namespace onlan::rules::xt
