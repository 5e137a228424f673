#include "formats/fib_trie.hpp"

namespace onlan::formats {

// While the two are one, its entries are shown under both names (net/ipv4/fib_trie.c,
// fib_trie_seq_show()): the section "Main:" has addresses of this host.
std::optional<bool> has_separate_local_table(std::string_view tries)
{
    const std::size_t main = tries.find("Main:");
    const std::size_t local = tries.find("Local:");
    if (local == std::string_view::npos)
        return {};
    if (main == std::string_view::npos)
        return true;
    const std::string_view section =
        tries.substr(main, local > main ? local - main : std::string_view::npos);
    return section.find("host LOCAL") == std::string_view::npos;
}

} // namespace onlan::formats
