#include "redact/text.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <nlohmann/json.hpp>

#include "base/number.hpp"

namespace onlan::redact {
namespace {

bool is_of_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == ':' || c == '-' || c == '_';
}

std::string_view word_at_start(std::string_view text)
{
    const auto* const end = std::ranges::find_if_not(text, is_of_word);
    return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

// The length after an address: "/24…". Nothing when there is none, or a mask instead.
std::optional<unsigned> length_at_start(std::string_view text)
{
    if (!text.starts_with('/'))
        return {};
    return parse_number<unsigned>(word_at_start(text.substr(1)));
}

// After "fd00::/64" the host bits of what is mapped have to be zero again; after "10.0.0.1/24" not.
net::IpAddress
mapped(const net::IpAddress& address, std::optional<unsigned> length, const Addresses& addresses)
{
    if (length && net::Prefix::around(address, *length).first() == address)
        return addresses(net::Prefix::around(address, *length)).first();
    return addresses(address);
}

bool may_be_address(std::string_view word)
{
    return word.find_first_of(".:") != std::string_view::npos;
}

// How long the address is that stands before the last '-' or ':', or 0.
std::size_t address_before_separator(std::string_view word)
{
    for (const char separator : {'-', ':'}) {
        const std::size_t at = word.rfind(separator);
        if (at != std::string_view::npos && may_be_address(word.substr(0, at)) &&
            net::IpAddress::parse(word.substr(0, at)))
            return at;
    }
    return 0;
}

} // namespace

// A name, a MAC address or an address; nothing for anything else.
std::optional<std::string> Text::known(std::string_view word) const
{
    if (const std::string* name = names_.find(word))
        return *name;
    if (const auto mac = net::MacAddress::parse(word))
        return addresses_(*mac).to_string();
    if (may_be_address(word)) {
        if (const auto address = net::IpAddress::parse(word))
            return addresses_(*address).to_string();
    }
    return {};
}

// "10.0.0.1", "02:00:00:00:00:01", "10.0.0.1:80", "10.0.0.1-10.0.0.9", or a name. A part of it may
// still be one: "onlan:lan137".
std::string Text::word(std::string_view word) const
{
    // What is left of a word that is longer than any is not looked at again after each of its
    // parts.
    constexpr std::size_t kLongest = 512;
    std::string redacted;
    for (bool first = true; !word.empty(); first = false) {
        if (first || word.size() <= kLongest) {
            if (const auto whole = known(word))
                return redacted + *whole;
            if (const std::size_t length = address_before_separator(word); length != 0) {
                redacted += known(word.substr(0, length)).value_or("") + word[length];
                word.remove_prefix(length + 1);
                continue;
            }
        }
        const std::size_t end = std::min(word.find_first_of(":."), word.size());
        const std::string_view part = word.substr(0, end);
        redacted += known(part).value_or(std::string(part));
        redacted += word.substr(end, 1);
        word.remove_prefix(std::min(end + 1, word.size()));
    }
    return redacted;
}

std::string Text::operator()(std::string_view text) const
{
    std::string redacted;
    while (!text.empty()) {
        const std::string_view found = word_at_start(text);
        text.remove_prefix(found.size());
        const auto address =
            may_be_address(found) ? net::IpAddress::parse(found) : fail(Failed::parse, "");
        redacted +=
            address ? mapped(*address, length_at_start(text), addresses_).to_string() : word(found);
        // Up to the next word as it stands. A length or a mask is not an address.
        std::size_t rest = text.starts_with('/') ? 1 + word_at_start(text.substr(1)).size() : 0;
        if (!address)
            rest = 0;
        while (rest < text.size() && !is_of_word(text[rest]))
            ++rest;
        redacted += text.substr(0, rest);
        text.remove_prefix(rest);
    }
    return redacted;
}

void Text::rule(std::vector<std::string>& words)
{
    constexpr std::array<std::string_view, 4> kForPeople = {"--comment", "--log-prefix",
                                                            "--nflog-prefix", "comment"};
    for (std::size_t i = 0; i < words.size(); ++i) {
        const bool for_people = i > 0 &&
                                std::ranges::find(kForPeople, words[i - 1]) != kForPeople.end() &&
                                (words[i - 1] != "comment" || i < 2 || words[i - 2] != "-m");
        words[i] = for_people ? names_.of("comment", words[i]) : (*this)(words[i]);
    }
}

void Text::tree(nlohmann::json& tree)
{
    if (tree.is_string()) {
        tree = (*this)(tree.get_ref<const std::string&>());
        return;
    }
    if (tree.is_object() && tree.contains("addr") && tree.contains("len") &&
        tree["addr"].is_string() && tree["len"].is_number_unsigned()) {
        const auto address = net::IpAddress::parse(tree["addr"].get_ref<const std::string&>());
        if (address)
            tree["addr"] = mapped(*address, tree["len"].get<unsigned>(), addresses_).to_string();
        return;
    }
    if (!tree.is_structured())
        return;
    for (const auto& [key, value] : tree.items()) {
        const bool for_people = key == "comment" || (key == "prefix" && value.is_string());
        if (for_people && value.is_string())
            value = names_.of("comment", value.get<std::string>());
        else
            this->tree(value);
    }
}

std::string Text::sysctl(const std::string& name)
{
    constexpr std::array<std::string_view, 3> kOfLinks = {"net.ipv4.conf.", "net.ipv6.conf.",
                                                          "net.ipv4.neigh."};
    const auto* folder = std::ranges::find_if(
        kOfLinks, [&](std::string_view start) { return name.starts_with(start); });
    const std::size_t last = name.rfind('.');
    if (folder == kOfLinks.end() || last < folder->size())
        return name;
    std::string link = name.substr(folder->size(), last - folder->size());
    if (link == "all" || link == "default")
        return name;
    std::ranges::replace(link, '/', '.'); // as sysctl(8) writes a dot in a name
    std::string other = names_.link(link);
    std::ranges::replace(other, '.', '/');
    return std::string(*folder) + other + name.substr(last);
}

} // namespace onlan::redact
