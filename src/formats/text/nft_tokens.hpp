#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace onlan::formats::text {

// A word, a quoted text without its quotes, a sign, or the end of a line.
struct NftToken {
    enum class Kind { word, quoted, sign, line_end };
    Kind kind = Kind::line_end;
    std::string text;
    std::size_t line = 0; // in the excerpt, from 0
};
[[nodiscard]] std::vector<NftToken> nft_tokens(std::string_view text);

// Reads tokens one after the other. Past the last one stand line ends without end.
class NftCursor {
public:
    explicit NftCursor(const std::vector<NftToken>& tokens) : tokens_(tokens) {}

    [[nodiscard]] bool done() const { return at_ >= tokens_.size(); }
    [[nodiscard]] const NftToken& peek(std::size_t ahead = 0) const
    {
        static const NftToken end;
        return at_ + ahead < tokens_.size() ? tokens_[at_ + ahead] : end;
    }
    const NftToken& next()
    {
        const NftToken& token = peek();
        ++at_;
        return token;
    }
    [[nodiscard]] bool is(std::string_view text) const
    {
        return peek().text == text && peek().kind != NftToken::Kind::quoted;
    }
    bool take(std::string_view text)
    {
        const bool there = is(text);
        at_ += there ? 1U : 0U;
        return there;
    }
    [[nodiscard]] bool at_line_end() const
    {
        return peek().kind == NftToken::Kind::line_end || is(";") || is("}");
    }
    void skip_line_ends()
    {
        while (!done() && (peek().kind == NftToken::Kind::line_end || is(";")))
            ++at_;
    }
    // Past the brace that closes the one that stands next, or that was taken already.
    void skip_block();
    [[nodiscard]] std::size_t place() const { return at_; }
    void go_to(std::size_t place) { at_ = place; }

private:
    const std::vector<NftToken>& tokens_;
    std::size_t at_ = 0;
};

} // namespace onlan::formats::text
