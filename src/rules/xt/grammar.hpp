#pragma once

#include <cstdint>
#include <string_view>

namespace onlan::rules::xt {

// Which options an extension of iptables has, as in its struct xtables_match or xtables_target.

// Whether they are listed here; another extension is taken to have every option that follows it.
[[nodiscard]] bool has_grammar(std::string_view extension);
enum class Spelling : bool { exact, abbreviated };
// The option that the word means to it; empty: none. getopt_long(3) takes what begins one option
// only for that one.
[[nodiscard]] std::string_view
option_of(std::string_view extension, std::string_view word, Spelling spelling);
// "-s" for "--source" and what begins it only; empty: it is no option of iptables itself.
[[nodiscard]] std::string_view base_option(std::string_view word);
// The match that iptables loads by itself for the protocol of -p (find_proto(), xtables.c); empty:
// none.
[[nodiscard]] std::string_view match_of_protocol(std::uint64_t protocol);

} // namespace onlan::rules::xt
