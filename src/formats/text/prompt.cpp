#include "formats/text/prompt.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "formats/text/form.hpp"
#include "formats/text/words.hpp"

namespace onlan::formats::text {
namespace {

using Strings = std::vector<std::string>;

constexpr auto kFilters =
    std::to_array<std::string_view>({"grep", "egrep", "head", "tail", "awk", "sed", "cut", "less"});
constexpr auto kShells =
    std::to_array<std::string_view>({"sh", "bash", "ash", "/bin/sh", "/bin/bash", "/bin/ash"});

bool is_any(std::string_view word, std::span<const std::string_view> of)
{
    return std::ranges::find(of, word) != of.end();
}

std::string base_name(std::string_view path)
{
    return std::string(path.substr(path.find_last_of('/') + 1));
}

// Takes the options at the front, and the words of those that have one.
void drop_options(Strings& words, std::string_view with_word)
{
    while (!words.empty() && words.front().starts_with('-')) {
        const bool has_word =
            words.front().size() == 2 && with_word.find(words.front()[1]) != std::string_view::npos;
        words.erase(words.begin(), words.begin() + (has_word && words.size() > 1 ? 2 : 1));
    }
}

bool take(Strings& words, std::initializer_list<std::string_view> front)
{
    if (words.size() < front.size() || !std::equal(front.begin(), front.end(), words.begin()))
        return false;
    words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(front.size()));
    return true;
}

std::string take_first(Strings& words)
{
    if (words.empty())
        return {};
    std::string first = std::move(words.front());
    words.erase(words.begin());
    return first;
}

// nsenter says which namespace by a process or by a file, and that it is about the network.
std::string netns_of_nsenter(Strings& words)
{
    std::string netns;
    while (!words.empty() && words.front().starts_with('-')) {
        const std::string option = take_first(words);
        if (option == "-t" || option == "--target")
            netns = "pid:" + take_first(words);
        else if (option.starts_with("--target="))
            netns = "pid:" + option.substr(9);
        else if (option.starts_with("--net="))
            netns = "netns:" + base_name(option.substr(6));
        else if (option.starts_with("-n/"))
            netns = "netns:" + base_name(option);
    }
    return netns;
}

// What only says as whom, where or how something is run.
bool unwrap(Strings& words, std::string& netns)
{
    if (take(words, {"sudo"}) || take(words, {"doas"})) {
        drop_options(words, "ugp");
    } else if (take(words, {"docker", "exec"}) || take(words, {"podman", "exec"}) ||
               take(words, {"docker", "container", "exec"}) ||
               take(words, {"docker", "compose", "exec"}) ||
               take(words, {"docker-compose", "exec"})) {
        drop_options(words, "uew");
        netns = "container:" + take_first(words);
    } else if (take(words, {"ip", "netns", "exec"})) {
        netns = "netns:" + take_first(words);
    } else if (take(words, {"nsenter"})) {
        netns = netns_of_nsenter(words);
    } else if (words.size() > 3 && words[0] == "ip" && (words[1] == "-n" || words[1] == "-netns")) {
        netns = "netns:" + words[2];
        words.erase(words.begin() + 1, words.begin() + 3);
    } else if (!words.empty() && words.front().find('=') != std::string::npos &&
               std::isupper(static_cast<unsigned char>(words.front().front())) != 0) {
        words.erase(words.begin()); // LANG=C
    } else {
        return false;
    }
    return true;
}

} // namespace

bool Typed::opens_shell() const
{
    return !netns.empty() && !command.empty() && is_any(command.front(), kShells);
}

Typed typed(std::string_view command_line)
{
    Typed typed;
    const std::size_t pipe = command_line.find_first_of("|;&>");
    if (pipe != std::string_view::npos) {
        const std::vector<std::string_view> next = words_in(command_line.substr(
            command_line.find_first_not_of("|;&> ", pipe) == std::string_view::npos
                ? command_line.size()
                : command_line.find_first_not_of("|;&> ", pipe)));
        typed.filtered =
            command_line[pipe] == '|' && !next.empty() && is_any(next.front(), kFilters);
    }
    for (const std::string_view word : words_in(command_line.substr(0, pipe)))
        typed.command.emplace_back(word);
    while (unwrap(typed.command, typed.netns)) {
    }
    if (!typed.command.empty())
        typed.command.front() = base_name(typed.command.front());
    return typed;
}

std::optional<Prompt> prompt_in(std::string_view line)
{
    constexpr auto kEnds = std::to_array<std::string_view>({"$ ", "# ", "% "});
    std::size_t end = std::string_view::npos;
    for (const std::string_view mark : kEnds)
        end = std::min(end, line.find(mark));
    if (end == std::string_view::npos)
        return {};
    const std::string_view place = trimmed(line.substr(0, end));
    const std::string_view command_line = trimmed(line.substr(end + 2));
    // "root@nas:~", "[root@nas ~]", "/" in a container, "bash-5.1"
    const bool says_where =
        (place.find('@') != std::string_view::npos && words_in(place).size() <= 2) ||
        (place.starts_with('/') && place.find(' ') == std::string_view::npos) ||
        place.starts_with("bash-") || place == "~";
    if (command_line.empty() || (!says_where && !place.empty()))
        return {};
    // A "#" alone begins a remark more often than a command.
    if (place.empty() && line[end] == '#') {
        const Typed what = typed(command_line);
        if (form_of(what.command) == nullptr && !what.opens_shell())
            return {};
    }
    return Prompt{.place = std::string(place), .command_line = command_line};
}

std::optional<std::string_view> heading_in(std::string_view line)
{
    const auto is_known = [](std::string_view text) {
        return form_of(typed(text).command) != nullptr;
    };
    const std::size_t open = line.find('`');
    const std::size_t close = open == std::string_view::npos ? open : line.find('`', open + 1);
    if (close != std::string_view::npos) {
        const std::string_view quoted = line.substr(open + 1, close - open - 1);
        return is_known(quoted) ? std::optional(quoted) : std::nullopt;
    }
    constexpr std::string_view kAround = "*:#=-_ \t";
    const std::size_t first = line.find_first_not_of(kAround);
    if (first == std::string_view::npos)
        return {};
    const std::string_view bare = line.substr(first, line.find_last_not_of(kAround) + 1 - first);
    constexpr std::size_t kMostWords = 8;
    return words_in(bare).size() <= kMostWords && is_known(bare) ? std::optional(bare)
                                                                 : std::nullopt;
}

} // namespace onlan::formats::text
