#include "rules/xt/words.hpp"

#include <algorithm>

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

Result<std::uint64_t> protocol_of(std::string_view text)
{
    std::string name(text);
    std::ranges::transform(name, name.begin(), [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter | 0x20) : letter;
    });
    ONLAN_TRY(const std::uint64_t number,
              name == "all" ? Result<std::uint64_t>(0) : number_of(name, protocols()));
    if (number > 0xFF)
        return not_understood(fmt::format("'{}' is not a protocol", text));
    return number;
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
    if (from > to || to > most)
        return not_understood(fmt::format("'{}' is not a range of numbers up to {}", text, most));
    return Interval{.first = Value::of(from), .last = Value::of(to)};
}

Result<Value> address_of(std::string_view text)
{
    if (text == "localhost")
        text = "127.0.0.1";
    ONLAN_TRY(const net::IpAddress address, net::IpAddress::parse(text));
    return Value::of(address);
}

namespace {

// What is missing behind "10.1" in "10.1/16" is 0 (pad_cidr(), libxtables/xtables.c).
std::string padded(std::string_view address, const Scope& scope)
{
    std::string text(address);
    if (!scope.ipv4() || text.find_first_not_of("0123456789.") != std::string::npos)
        return text;
    for (auto dots = std::ranges::count(text, '.'); dots < 3; ++dots)
        text += ".0";
    return text;
}

Result<Value> address_in(std::string_view text, const Scope& scope)
{
    ONLAN_TRY(const Value address, address_of(text));
    const bool ipv6 = text.find(':') != std::string_view::npos;
    if (ipv6 == scope.ipv4())
        return not_understood(fmt::format("'{}' is an address of the other family", text));
    return address;
}

} // namespace

Result<CompareExpression> masked_address(Field field, const Option& option, const Scope& scope)
{
    const std::string_view text = option.word();
    const std::size_t slash = text.find('/');
    const bool masked = slash != std::string_view::npos;
    ONLAN_TRY(const Value address,
              address_in(masked ? padded(text.substr(0, slash), scope) : text, scope));
    CompareExpression comparison{
        .left = {.source = field}, .right = {Interval::point(address)}, .negated = option.inverted};
    if (!masked)
        return comparison;
    const std::string_view mask = text.substr(slash + 1);
    if (const auto length = parse_prefixed_number<std::uint64_t>(mask)) {
        if (*length > scope.address_bits())
            return not_understood(fmt::format("'{}' is not the length of a prefix", mask));
        comparison.right = {
            Interval::prefix(address, scope.address_bits(), static_cast<unsigned>(*length))};
        return comparison;
    }
    ONLAN_TRY(const Value bits, address_in(mask, scope));
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
