#include "base/text_table.hpp"

#include <algorithm>
#include <string_view>

namespace onlan {
namespace {

// Code points, which is what a terminal gives one column each in the texts that we print.
std::size_t width(std::string_view text)
{
    constexpr unsigned char kContinuationMask = 0xC0;
    constexpr unsigned char kContinuation = 0x80;
    constexpr char kEscape = '\x1b';
    std::size_t columns = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == kEscape)
            at = std::min(text.find('m', at), text.size());
        else if ((static_cast<unsigned char>(text[at]) & kContinuationMask) != kContinuation)
            ++columns;
    }
    return columns;
}

} // namespace

std::string TextTable::to_string(const std::string& indent) const
{
    std::vector<std::size_t> widths;
    for (const auto& row : rows_) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], width(row[i]));
    }
    std::string text;
    for (const auto& row : rows_) {
        text += indent;
        for (std::size_t i = 0; i < row.size(); ++i) {
            text += row[i];
            if (i + 1 < row.size())
                text += std::string(widths[i] - width(row[i]) + 2, ' ');
        }
        text += '\n';
    }
    return text;
}

} // namespace onlan
