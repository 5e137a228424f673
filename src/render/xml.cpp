#include "render/xml.hpp"

#include <array>

namespace onlan::render {
namespace {

struct Character {
    char32_t code = 0xFFFD;
    std::size_t size = 1; // in bytes
};

// The first one of `text`, which is not empty. Of what is not UTF-8 (RFC 3629) it is one byte.
Character first_of(std::string_view text)
{
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const unsigned lead = byte(0);
    if (lead < 0x80)
        return {lead, 1};
    const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC0 || lead > 0xF4 || text.size() < size)
        return {};
    char32_t code = lead & (0x7FU >> size);
    for (std::size_t at = 1; at < size; ++at) {
        if ((byte(at) & 0xC0U) != 0x80)
            return {};
        code = code << 6U | (byte(at) & 0x3FU);
    }
    constexpr std::array<char32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
    return code < kLeast.at(size) ? Character{} : Character{code, size};
}

// The production Char of XML 1.0.
bool may_stand(char32_t code)
{
    return code == '\t' || code == '\n' || code == '\r' || (code >= ' ' && code <= 0xD7FF) ||
           (code >= 0xE000 && code <= 0xFFFD) || (code >= 0x10000 && code <= 0x10FFFF);
}

std::string_view escaped(char32_t code)
{
    switch (code) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    default:
        return {};
    }
}

} // namespace

std::string xml_text(std::string_view text)
{
    std::string safe;
    while (!text.empty()) {
        const Character next = first_of(text);
        const bool replaced = !may_stand(next.code) || (next.size == 1 && next.code > 0x7F);
        if (replaced)
            safe += "\xEF\xBF\xBD";
        else if (const std::string_view markup = escaped(next.code); !markup.empty())
            safe += markup;
        else
            safe += text.substr(0, next.size);
        text.remove_prefix(next.size);
    }
    return safe;
}

} // namespace onlan::render
