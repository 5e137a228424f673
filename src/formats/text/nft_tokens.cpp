#include "formats/text/nft_tokens.hpp"

#include <algorithm>

namespace onlan::formats::text {

std::vector<NftToken> nft_tokens(std::string_view text)
{
    constexpr std::string_view kSigns = "{},;()|";
    constexpr std::string_view kEndsWord = " \t\n{},;()|\"";
    std::vector<NftToken> tokens;
    std::size_t line = 0;
    while (!text.empty()) {
        const char first = text.front();
        if (first == ' ' || first == '\t') {
            text.remove_prefix(1);
        } else if (first == '\n') {
            tokens.push_back({.kind = NftToken::Kind::line_end, .text = {}, .line = line++});
            text.remove_prefix(1);
        } else if (first == '"') {
            const std::size_t end = std::min(text.find('"', 1), text.size());
            tokens.push_back({.kind = NftToken::Kind::quoted,
                              .text = std::string(text.substr(1, end - 1)),
                              .line = line});
            text.remove_prefix(std::min(end + 1, text.size()));
        } else if (kSigns.find(first) != std::string_view::npos) {
            tokens.push_back(
                {.kind = NftToken::Kind::sign, .text = std::string(1, first), .line = line});
            text.remove_prefix(1);
        } else {
            const std::size_t end = std::min(text.find_first_of(kEndsWord), text.size());
            tokens.push_back({.kind = NftToken::Kind::word,
                              .text = std::string(text.substr(0, end)),
                              .line = line});
            text.remove_prefix(end);
        }
    }
    return tokens;
}

void NftCursor::skip_block()
{
    (void)take("{");
    int depth = 1;
    while (!done() && depth > 0) {
        depth += is("{") ? 1 : is("}") ? -1 : 0;
        ++at_;
    }
}

} // namespace onlan::formats::text
