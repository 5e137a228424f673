#include "simulate/run/words.hpp"

#include "simulate/ip/routing.hpp"
#include "simulate/netfilter/conntrack.hpp"

namespace onlan::simulate {
namespace {

std::string article(std::string_view letters)
{
    return letters.starts_with('S') || letters.starts_with('F') ? "a " : "an ";
}

struct Append {
    std::string& text;

    void operator()(std::string_view word) const { text += word; }
    void operator()(std::uint32_t number) const { text += std::to_string(number); }
    void operator()(const model::PortRange& port) const { text += port.to_string(); }
    void operator()(const net::IpAddress& address) const { text += address.to_string(); }
    void operator()(const net::MacAddress& mac) const { text += mac.to_string(); }
    void operator()(const RouteOf& of) const { text += describe(*of.netns, *of.route); }
    void operator()(TcpFlags flags) const
    {
        const std::string words = tcp_flag_words(flags.bits);
        text += words.empty() ? "a segment without flags" : article(words) + words;
    }
    void operator()(const EntrySeen* entry) const { text += describe(*entry); }
};

} // namespace

std::string Words::to_string() const
{
    constexpr std::string_view kPlace = "{}";
    std::string text;
    text.reserve(4 * text_.size());
    std::size_t from = 0;
    for (const Word& word : words_) {
        const std::size_t place = text_.find(kPlace, from);
        if (place == std::string_view::npos)
            break;
        text += text_.substr(from, place - from);
        std::visit(Append{text}, word);
        from = place + kPlace.size();
    }
    text += text_.substr(from);
    return text;
}

} // namespace onlan::simulate
