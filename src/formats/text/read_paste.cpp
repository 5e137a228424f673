#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "formats/paste.hpp"
#include "formats/text/assume.hpp"
#include "formats/text/form.hpp"
#include "formats/text/transcript.hpp"
#include "formats/text/words.hpp"

namespace onlan::formats {
namespace {

using text::Excerpt;
using text::Form;
using text::Paste;

// JSON, of which only its content tells whether it lists the devices that other JSON names.
bool lists_devices(const Excerpt& excerpt)
{
    return std::ranges::any_of(excerpt.lines, [](const text::Line& line) {
        return line.text.find("\"ifindex\"") != std::string::npos;
    });
}

// What others name is read first: by the order of the forms.
std::vector<const Excerpt*> in_reading_order(const std::vector<Excerpt>& excerpts)
{
    std::vector<const Excerpt*> ordered;
    for (text::Rows* file : text::forms::kFiles) {
        for (const Form& form : file()) {
            const auto begin = static_cast<std::ptrdiff_t>(ordered.size());
            for (const Excerpt& excerpt : excerpts) {
                if (excerpt.form == &form)
                    ordered.push_back(&excerpt);
            }
            std::stable_partition(ordered.begin() + begin, ordered.end(),
                                  [](const Excerpt* excerpt) { return lists_devices(*excerpt); });
        }
    }
    return ordered;
}

void say_unknown(const Excerpt& excerpt, Paste& paste)
{
    const std::string why =
        excerpt.command.empty()
            ? std::string("no output of a program that is known")
            : fmt::format("output of `{}`, which is not read", fmt::join(excerpt.command, " "));
    for (const text::Line& line : excerpt.lines)
        paste.not_used(line, why);
}

void read(const Excerpt& excerpt, Paste& paste)
{
    excerpt.form->read(excerpt, paste);
    if (excerpt.cut)
        paste.part(excerpt).netns.assumed.push_back(fmt::format(
            "what was left out of `{}` (line {}) makes no difference: all of it would tell",
            excerpt.command.empty() ? std::string(excerpt.form->name)
                                    : fmt::format("{}", fmt::join(excerpt.command, " ")),
            excerpt.number));
}

std::vector<std::string> in_words(std::vector<text::Unused> unused, const std::string& file)
{
    constexpr std::size_t kMostShown = 60;
    std::ranges::stable_sort(unused, {}, &text::Unused::number);
    std::vector<std::string> sentences;
    for (const text::Unused& one : unused) {
        const std::string lines =
            one.lines == 1 ? fmt::format("line {}", one.number)
                           : fmt::format("lines {} to {}", one.number, one.number + one.lines - 1);
        sentences.push_back(fmt::format("{}{}: {}: '{}'", file.empty() ? "" : file + ", ", lines,
                                        one.why, text::trimmed(one.text).substr(0, kMostShown)));
    }
    return sentences;
}

model::Snapshot assume(Paste& paste)
{
    text::settle_names(paste);
    paste.parts["host"].netns.name = "host";
    for (auto& [name, part] : paste.parts)
        text::assume_kinds(part);
    text::assume_addresses(paste);
    text::assume_containers(paste);
    text::join_namespaces(paste);
    text::Part& host = paste.parts["host"];
    text::assume_rules(paste, host);
    for (auto& [name, part] : paste.parts)
        text::assume_network(paste, part);

    model::Snapshot snapshot;
    snapshot.namespaces.push_back(std::move(host.netns));
    paste.parts.erase("host");
    for (auto& [name, part] : paste.parts)
        snapshot.namespaces.push_back(std::move(part.netns));
    if (paste.docker_told)
        snapshot.docker = std::move(paste.docker);
    else
        snapshot.docker_missing = "the paste says nothing about it";
    return snapshot;
}

} // namespace

Pasted read_paste(std::span<const PastedText> texts)
{
    Paste paste;
    Pasted pasted;
    std::vector<std::vector<Excerpt>> excerpts;
    for (const PastedText& one : texts)
        excerpts.push_back(text::excerpts_in(one.text));
    // One after the other, in the order of the forms over all files.
    for (std::size_t file = 0; file < texts.size(); ++file) {
        for (const Excerpt& excerpt : excerpts[file]) {
            if (excerpt.form == nullptr)
                say_unknown(excerpt, paste);
        }
        for (const Excerpt* excerpt : in_reading_order(excerpts[file]))
            read(*excerpt, paste);
        std::ranges::move(in_words(std::exchange(paste.unused, {}), texts[file].name),
                          std::back_inserter(pasted.unused));
    }
    pasted.snapshot = assume(paste);
    return pasted;
}

} // namespace onlan::formats
