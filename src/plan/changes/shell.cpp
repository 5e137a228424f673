#include "plan/changes/shell.hpp"

namespace onlan::plan {
namespace {

constexpr std::string_view kPlain =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./:=@,+";

std::string quoted(const std::string& word)
{
    if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos)
        return word;
    std::string text = "'";
    for (const char c : word)
        text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return text + "'";
}

} // namespace

std::string shell_line(const Argv& words)
{
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : " ") + quoted(word);
    return text;
}

std::string shell_line(Argv words, const Argv& more)
{
    words.insert(words.end(), more.begin(), more.end());
    return shell_line(words);
}

} // namespace onlan::plan
