#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string_view>

namespace onlan {

// All of `text` as a number. Nothing where it is none, does not fit, or something stands around it.
template <std::integral Number>
[[nodiscard]] std::optional<Number> parse_number(std::string_view text, int base = 10)
{
    Number number{};
    const char* const begin = text.data();
    const char* const end = begin + text.size();
    const auto [stopped, error] = std::from_chars(begin, end, number, base);
    return error == std::errc{} && stopped == end ? std::optional(number) : std::nullopt;
}

// The same, where "0x7f" is hexadecimal.
template <std::integral Number>
[[nodiscard]] std::optional<Number> parse_prefixed_number(std::string_view text)
{
    const bool hex = text.starts_with("0x") || text.starts_with("0X");
    return hex ? parse_number<Number>(text.substr(2), 16) : parse_number<Number>(text);
}

} // namespace onlan
