#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "base/number.hpp"
#include "formats/lines.hpp"

namespace onlan::formats::text {

// The words of a line, read one after the other or looked up by the word before them, as iproute2
// prints what it has to say: "dev eth0 proto kernel".
class Words {
public:
    explicit Words(std::string_view line) : words_(words_in(line)) {}

    [[nodiscard]] bool done() const { return at_ == words_.size(); }
    [[nodiscard]] std::size_t left() const { return words_.size() - at_; }
    // Empty where no word is left.
    [[nodiscard]] std::string_view peek() const
    {
        return done() ? std::string_view{} : words_[at_];
    }
    std::string_view next()
    {
        const std::string_view word = peek();
        at_ += done() ? 0U : 1U;
        return word;
    }
    bool take(std::string_view word)
    {
        const bool there = !done() && peek() == word;
        at_ += there ? 1U : 0U;
        return there;
    }

    // Of what is left.
    [[nodiscard]] bool has(std::string_view word) const
    {
        return std::find(rest(), words_.end(), word) != words_.end();
    }
    [[nodiscard]] std::string_view after(std::string_view word) const
    {
        const auto found = std::find(rest(), words_.end(), word);
        return found == words_.end() || found + 1 == words_.end() ? std::string_view{}
                                                                  : *(found + 1);
    }
    template <std::integral Number>
    [[nodiscard]] std::optional<Number> number_after(std::string_view word) const
    {
        return parse_prefixed_number<Number>(after(word));
    }
    template <typename Value>
    [[nodiscard]] std::optional<Value> value_after(std::string_view word) const
    {
        const auto value = Value::parse(after(word));
        return value ? std::optional(*value) : std::nullopt;
    }

private:
    [[nodiscard]] std::vector<std::string_view>::const_iterator rest() const
    {
        return words_.begin() + static_cast<std::ptrdiff_t>(at_);
    }

    std::vector<std::string_view> words_;
    std::size_t at_ = 0;
};

// `text` as a value that has a parse() of its own.
template <typename Value>
[[nodiscard]] std::optional<Value> value_of(std::string_view text)
{
    const auto value = Value::parse(text);
    return value ? std::optional(*value) : std::nullopt;
}

[[nodiscard]] inline bool is_indented(std::string_view line)
{
    return line.starts_with(' ') || line.starts_with('\t');
}

[[nodiscard]] inline std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view kBlanks = " \t";
    text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
    return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

} // namespace onlan::formats::text
