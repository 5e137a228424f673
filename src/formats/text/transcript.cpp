#include "formats/text/transcript.hpp"

#include <algorithm>

#include "formats/text/form.hpp"
#include "formats/text/prompt.hpp"
#include "formats/text/words.hpp"

namespace onlan::formats::text {
namespace {

// "\x1b[01;32m": from ESC to the letter that ends it.
std::string without_colours(std::string_view line)
{
    constexpr char kEscape = '\x1b';
    std::string plain;
    for (std::size_t at = 0; at < line.size(); ++at) {
        if (line[at] == kEscape) {
            at = std::min(line.find_first_not_of("[0123456789;?", at + 1), line.size());
            continue;
        }
        if (line.substr(at).starts_with("\xc2\xa0")) { // a blank that does not break
            plain += ' ';
            ++at;
            continue;
        }
        plain += line[at];
    }
    return plain;
}

std::string cleaned(std::string_view line)
{
    std::string plain = without_colours(line);
    std::string_view rest = plain;
    while (rest.starts_with("> ") || rest == ">")
        rest.remove_prefix(std::min<std::size_t>(rest.size(), 2));
    return std::string(rest.substr(0, rest.find_last_not_of(" \t\r") + 1));
}

bool is_ellipsis(std::string_view line)
{
    const std::string_view text = trimmed(line);
    return text == "..." || text == "\xe2\x80\xa6" || text == "[...]" || text == "(...)" ||
           text == "[\xe2\x80\xa6]" || text == "<snip>" || text == "[snip]";
}

// How many more brackets and braces open than close, outside of quotes.
int depth_of(std::string_view line)
{
    int depth = 0;
    bool quoted = false;
    for (std::size_t at = 0; at < line.size(); ++at) {
        if (quoted && line[at] == '\\')
            ++at;
        else if (line[at] == '"')
            quoted = !quoted;
        else if (!quoted)
            depth += line[at] == '{' || line[at] == '['   ? 1
                     : line[at] == '}' || line[at] == ']' ? -1
                                                          : 0;
    }
    return depth;
}

// Takes the lines of a paste one after the other.
class TranscriptReader {
public:
    void take(Line line)
    {
        if (line.text.starts_with("```") || line.text.starts_with("~~~")) {
            close();
        } else if (depth_ > 0) {
            depth_ += depth_of(line.text);
            add(std::move(line));
        } else if (const auto prompt = prompt_in(line.text)) {
            if (trimmed(prompt->command_line) == "exit" || prompt->command_line == "logout")
                shell_ = {};
            else
                begin(typed(prompt->command_line), prompt->place, line.number);
        } else if (const auto heading = heading_in(line.text)) {
            begin(typed(*heading), {}, line.number);
        } else if (is_ellipsis(line.text)) {
            if (!excerpts_.empty())
                excerpts_.back().cut = true;
        } else if (line.text == "exit") {
            shell_ = {};
            close();
        } else if (!trimmed(line.text).empty()) {
            take_output(std::move(line));
        }
    }
    [[nodiscard]] std::vector<Excerpt> excerpts() &&
    {
        std::erase_if(excerpts_,
                      [](const Excerpt& one) { return one.lines.empty() && one.command.empty(); });
        return std::move(excerpts_);
    }

private:
    struct Shell {
        std::string netns;
        std::string opened_at; // the place that its prompt showed
    };

    void take_output(Line line)
    {
        if (const Form* form = form_at(line.text); form != nullptr && !continues(*form)) {
            const std::string netns =
                excerpts_.empty() || closed_ ? home() : excerpts_.back().netns;
            excerpts_.push_back({.netns = netns, .form = form, .number = line.number});
            closed_ = false;
        }
        if (line.text.ends_with('{') || line.text.starts_with('[') || line.text.starts_with('{'))
            depth_ = std::max(depth_of(line.text), 0);
        add(std::move(line));
    }
    // Whether what looks like `form` belongs to what was begun.
    [[nodiscard]] bool continues(const Form& form) const
    {
        return !excerpts_.empty() && !closed_ && excerpts_.back().form == &form;
    }
    void begin(const Typed& what, const std::string& place, std::size_t number)
    {
        if (!place.empty() && place == shell_.opened_at)
            shell_ = {}; // back at the prompt from which the shell was opened
        if (what.opens_shell()) {
            shell_ = {.netns = what.netns, .opened_at = place};
            return close();
        }
        Excerpt excerpt{.netns = what.netns.empty() ? home() : what.netns,
                        .command = what.command,
                        .form = form_of(what.command),
                        .number = number,
                        .cut = what.filtered};
        if (what.netns.empty())
            excerpt.netns = place_of(place).value_or(excerpt.netns);
        excerpts_.push_back(std::move(excerpt));
        closed_ = false;
    }
    // Docker gives a container the first digits of its id as its host name.
    [[nodiscard]] static std::optional<std::string> place_of(std::string_view place)
    {
        constexpr std::size_t kShortId = 12;
        const std::size_t at = place.find('@');
        if (at == std::string_view::npos)
            return {};
        const std::string_view host = place.substr(at + 1, place.find_first_of(": ]", at) - at - 1);
        const bool is_id = host.size() == kShortId &&
                           host.find_first_not_of("0123456789abcdef") == std::string_view::npos;
        return is_id ? std::optional("container:" + std::string(host)) : std::nullopt;
    }
    [[nodiscard]] std::string home() const { return shell_.netns.empty() ? "host" : shell_.netns; }
    void close()
    {
        closed_ = true;
        depth_ = 0;
    }
    void add(Line line)
    {
        if (excerpts_.empty() || (closed_ && excerpts_.back().form != nullptr))
            excerpts_.push_back({.netns = home(), .number = line.number});
        closed_ = false;
        excerpts_.back().lines.push_back(std::move(line));
    }

    std::vector<Excerpt> excerpts_;
    Shell shell_;
    int depth_ = 0;       // of open brackets and braces
    bool closed_ = false; // what comes belongs to nothing before
};

} // namespace

std::vector<Excerpt> excerpts_in(std::string_view paste)
{
    TranscriptReader reader;
    for (std::size_t number = 1; !paste.empty(); ++number) {
        const std::string_view line = paste.substr(0, paste.find('\n'));
        paste.remove_prefix(std::min(line.size() + 1, paste.size()));
        reader.take({.number = number, .text = cleaned(line)});
    }
    return std::move(reader).excerpts();
}

} // namespace onlan::formats::text
