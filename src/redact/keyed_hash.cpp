#include "redact/keyed_hash.hpp"

#include <bit>
#include <cstddef>

namespace onlan::redact {
namespace {

struct State {
    std::uint64_t a;
    std::uint64_t b;
    std::uint64_t c;
    std::uint64_t d;

    void round()
    {
        a += b;
        c += d;
        b = std::rotl(b, 13) ^ a;
        d = std::rotl(d, 16) ^ c;
        a = std::rotl(a, 32) + d;
        c += b;
        d = std::rotl(d, 21) ^ a;
        b = std::rotl(b, 17) ^ c;
        c = std::rotl(c, 32);
    }
    void take(std::uint64_t word)
    {
        d ^= word;
        round();
        round();
        a ^= word;
    }
};

} // namespace

std::uint64_t keyed_hash(const Key& key, std::span<const std::uint8_t> bytes)
{
    constexpr std::size_t kWord = 8;
    State state{.a = key[0] ^ 0x736f6d6570736575,
                .b = key[1] ^ 0x646f72616e646f6d,
                .c = key[0] ^ 0x6c7967656e657261,
                .d = key[1] ^ 0x7465646279746573};
    std::uint64_t word = 0;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        word |= std::uint64_t{bytes[at]} << 8 * (at % kWord);
        if (at % kWord == kWord - 1) {
            state.take(word);
            word = 0;
        }
    }
    state.take(word | std::uint64_t{bytes.size()} << 56);
    state.c ^= 0xFF;
    for (int i = 0; i < 4; ++i)
        state.round();
    return state.a ^ state.b ^ state.c ^ state.d;
}

} // namespace onlan::redact
