#include "formats/text/form.hpp"

#include <algorithm>

namespace onlan::formats::text {
namespace {

template <typename Fits>
const Form* find_form(Fits fits)
{
    for (Rows* file : forms::kFiles) {
        const std::span<const Form> rows = file();
        const auto found = std::ranges::find_if(rows, fits);
        if (found != rows.end())
            return &*found;
    }
    return nullptr;
}

} // namespace

bool is_ip(const Command& command, std::string_view object)
{
    if (command.size() < 2 || command.front() != "ip")
        return false;
    const auto named =
        std::ranges::find_if(command.begin() + 1, command.end(),
                             [](const auto& word) { return !word.starts_with('-'); });
    return named != command.end() && object.starts_with(*named);
}

const Form* form_of(const Command& command)
{
    return command.empty() ? nullptr
                           : find_form([&](const Form& form) { return form.asked(command); });
}

const Form* form_at(std::string_view line)
{
    return find_form([&](const Form& form) { return form.begins(line); });
}

} // namespace onlan::formats::text
