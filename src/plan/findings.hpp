#pragma once

#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace onlan::plan {

// What stands in the way of a LAN on this host (nothing is changed while there is any), and what
// the user should know although it does not. Sentences, each naming its object and what to do.
struct Findings {
    std::vector<std::string> errors;
    std::vector<std::string> warnings;
    std::vector<std::string> unmended; // wrong on the host, and not for `up` to put right
};

template <typename... Arguments>
void add(std::vector<std::string>& sentences,
         fmt::format_string<Arguments...> format,
         Arguments&&... arguments)
{
    sentences.push_back(fmt::format(format, std::forward<Arguments>(arguments)...));
}

} // namespace onlan::plan
