#include "formats/nft_devices.hpp"

#include <algorithm>

namespace onlan::formats {
namespace {

// The words of nft's language; '{', '}' and ';' are words of their own, ',' only parts them. A text
// in quotes is one word without them.
std::vector<std::string_view> words_of(std::string_view text)
{
    constexpr std::string_view kBlank = " \t\n,";
    constexpr std::string_view kMark = "{};";
    std::vector<std::string_view> words;
    while (true) {
        text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
        if (text.empty())
            return words;
        const bool quoted = text.front() == '"';
        if (quoted)
            text.remove_prefix(1);
        const std::size_t end = quoted ? text.find('"')
                                : kMark.find(text.front()) != std::string_view::npos
                                    ? 1
                                    : text.find_first_of(" \t\n,{};");
        words.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end, text.size()));
        if (quoted && !text.empty())
            text.remove_prefix(1);
    }
}

} // namespace

std::vector<NftChainDevices> parse_nft_chain_devices(std::string_view text)
{
    const std::vector<std::string_view> words = words_of(text);
    const auto word = [&](std::size_t at) {
        return at < words.size() ? words[at] : std::string_view{};
    };
    std::vector<NftChainDevices> found;
    NftChainDevices here;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (words[i] == "table" && word(i + 3) == "{") {
            here.family = word(i + 1);
            here.table = word(i + 2);
        } else if (words[i] == "chain" && word(i + 2) == "{") {
            here.chain = word(i + 1);
        } else if (words[i] == "hook" && word(i + 2) == "device") {
            here.devices = {std::string(word(i + 3))};
            found.push_back(here);
        } else if (words[i] == "hook" && word(i + 2) == "devices" && word(i + 4) == "{") {
            here.devices.clear();
            for (std::size_t at = i + 5; at < words.size() && words[at] != "}"; ++at)
                here.devices.emplace_back(words[at]);
            found.push_back(here);
        }
    }
    return found;
}

} // namespace onlan::formats
