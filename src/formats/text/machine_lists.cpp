// What the other readers of formats take, as it stands: `ipset save`, `conntrack -L`, `lsmod`.

#include <algorithm>
#include <array>

#include "formats/ipset_save.hpp"
#include "formats/lists.hpp"
#include "formats/text/form.hpp"
#include "formats/text/words.hpp"

namespace onlan::formats::text::forms {
namespace {

void read_ipsets(const Excerpt& excerpt, Paste& paste)
{
    auto sets = parse_ipset_save(excerpt.text());
    if (!sets)
        return paste.not_used(excerpt.lines.front(), sets.error().message);
    std::ranges::move(*sets, std::back_inserter(paste.part(excerpt).netns.ipsets));
}

void read_conntrack(const Excerpt& excerpt, Paste& paste)
{
    for (const Line& line : excerpt.lines) {
        auto entries = parse_conntrack_list(line.text);
        if (!entries)
            paste.not_used(line, "not a line of `conntrack -L`");
        else
            std::ranges::move(*entries, std::back_inserter(paste.part(excerpt).netns.conntrack));
    }
}

void read_modules(const Excerpt& excerpt, Paste& paste)
{
    for (const Line& line : excerpt.lines)
        paste.modules.emplace(Words(line.text).peek());
}

bool begins_conntrack(std::string_view line)
{
    Words words(line);
    if (words.peek().starts_with("ipv"))
        words.next(), words.next();
    words.next();
    return parse_number<unsigned>(words.peek()) && line.find(" src=") != std::string_view::npos &&
           line.find(" dst=") != std::string_view::npos;
}

} // namespace

std::span<const Form> machine_lists()
{
    static constexpr auto kRows = std::to_array<Form>(
        {{"ipset save",
          [](const Command& command) {
              return command.size() > 1 && command[0] == "ipset" && command[1] == "save";
          },
          [](std::string_view line) {
              return line.starts_with("create ") && line.find(':') != std::string_view::npos;
          },
          read_ipsets},
         {"conntrack -L", [](const Command& command) { return command.front() == "conntrack"; },
          begins_conntrack, read_conntrack},
         {"lsmod", [](const Command& command) { return command.front() == "lsmod"; },
          [](std::string_view line) {
              return line.starts_with("Module ") && line.find("Used by") != std::string_view::npos;
          },
          read_modules}});
    return kRows;
}

} // namespace onlan::formats::text::forms
