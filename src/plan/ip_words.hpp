#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/link.hpp"

namespace onlan::plan {

using Words = std::vector<std::string>;
void append(Words& words, std::initializer_list<std::string> more);

// What ip(8) has to be told, after "ip address add" and the like, to make the same object again.
// Fails rather than to leave anything out that decides where packets go.
[[nodiscard]] Words address_words(const std::string& link, const model::Address& address);
// Enough to find it again.
[[nodiscard]] Words address_key_words(const std::string& link, const model::Address& address);
[[nodiscard]] Result<Words> route_words(const std::string& link, const model::Route& route);
[[nodiscard]] Result<Words> rule_words(const model::Rule& rule);

} // namespace onlan::plan
