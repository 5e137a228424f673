#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace onlan::formats::text {

struct Form;

struct Line {
    std::size_t number = 0; // in the paste, from 1
    std::string text;       // without colours, quote marks and blanks at its end
};

// What one command printed, or lines that look as if one had.
struct Excerpt {
    std::string netns = "host";       // where it was printed, as model::Netns::name has it
    std::vector<std::string> command; // its words, where a prompt or a heading tells
    const Form* form = nullptr;       // null: none that is known
    std::vector<Line> lines;
    std::size_t number = 0; // of its first line
    bool cut = false;       // a filter or an ellipsis has left lines out

    // The command has this word: "-n".
    [[nodiscard]] bool asked(std::string_view word) const;
    // The word after `option` in the command; empty where there is none.
    [[nodiscard]] std::string_view option(std::string_view option) const;
    // All lines as one text, each with its line break.
    [[nodiscard]] std::string text() const;
};

} // namespace onlan::formats::text
