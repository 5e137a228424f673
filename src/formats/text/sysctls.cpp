// `sysctl -a`, a few of its lines, or `cat /proc/sys/…`.

#include <algorithm>
#include <array>

#include "formats/text/form.hpp"
#include "formats/text/words.hpp"

namespace onlan::formats::text::forms {
namespace {

constexpr std::string_view kFolder = "/proc/sys/";

// "/proc/sys/net/ipv4/conf/eth0.5/rp_filter" → "net.ipv4.conf.eth0/5.rp_filter"
std::string name_of(std::string_view path)
{
    std::string name(path.substr(std::min(kFolder.size(), path.size())));
    for (char& letter : name)
        letter = letter == '/' ? '.' : letter == '.' ? '/' : letter;
    return name;
}

// "net.ipv4.ip_forward = 1", with blanks around the sign or without.
bool read_line(std::string_view line, Part& part)
{
    const std::size_t sign = line.find('=');
    std::string_view name = trimmed(line.substr(0, sign));
    if (sign == std::string_view::npos || !name.starts_with("net."))
        return line.starts_with("sysctl: ") || line.find(" =") != std::string_view::npos;
    part.netns.sysctls.insert_or_assign(std::string(name),
                                        std::string(trimmed(line.substr(sign + 1))));
    return true;
}

// `cat` prints the values alone: one for each path it was given.
void read_values(const Excerpt& excerpt, Paste& paste)
{
    std::vector<std::string> names;
    for (const std::string& word : excerpt.command) {
        if (word.starts_with(kFolder))
            names.push_back(name_of(word));
    }
    for (std::size_t i = 0; i < excerpt.lines.size(); ++i) {
        if (i < names.size())
            paste.part(excerpt).netns.sysctls[names[i]] = trimmed(excerpt.lines[i].text);
        else
            paste.not_used(excerpt.lines[i], "a value of no path that was given");
    }
}

// `sysctl -n NAME` prints the value alone, too.
void read_sysctls(const Excerpt& excerpt, Paste& paste)
{
    if (!excerpt.command.empty() && excerpt.command.front() == "cat")
        return read_values(excerpt, paste);
    Part& part = paste.part(excerpt);
    for (const Line& line : excerpt.lines) {
        const bool value_alone = excerpt.asked("-n") && line.text.find('=') == std::string::npos;
        if (value_alone)
            part.netns.sysctls[excerpt.command.back()] = trimmed(line.text);
        else if (!read_line(line.text, part))
            paste.not_used(line, "not a line of sysctl");
    }
}

bool asks_sysctls(const Command& command)
{
    return command.front() == "sysctl" ||
           (command.front() == "cat" && command.size() > 1 && command[1].starts_with(kFolder));
}

bool begins_sysctls(std::string_view line)
{
    return line.starts_with("net.") && line.find('=') != std::string_view::npos;
}

} // namespace

std::span<const Form> sysctls()
{
    static constexpr auto kRows =
        std::to_array<Form>({{"sysctl -a", asks_sysctls, begins_sysctls, read_sysctls}});
    return kRows;
}

} // namespace onlan::formats::text::forms
