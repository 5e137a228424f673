#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/link.hpp"

namespace onlan::plan {

using Argv = std::vector<std::string>;
void append(Argv& words, std::initializer_list<std::string> more);

// What ip(8) has to be told, after "ip address add" and the like, to make the same object again.
// Fails rather than to leave anything out that decides where packets go.
[[nodiscard]] Argv address_words(const std::string& link, const model::Address& address);
// Enough to find it again.
[[nodiscard]] Argv address_key_words(const std::string& link, const model::Address& address);
[[nodiscard]] Result<Argv> route_words(const std::string& link, const model::Route& route);
[[nodiscard]] std::string family_flag(net::Family family);
[[nodiscard]] Result<Argv> rule_words(const model::Rule& rule);

} // namespace onlan::plan
