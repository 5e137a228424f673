#include <cstdint>

#include "formats/fib_trie.hpp"
#include "formats/ip_json.hpp"
#include "formats/ipset_save.hpp"
#include "formats/lists.hpp"
#include "formats/proc_sockets.hpp"

// The first byte chooses the parser.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace onlan;
    if (size == 0)
        return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::vector<model::Link> links = {{.index = 2, .name = "br0"}};
    switch (data[0] % 10) {
    case 0:
        (void)formats::links_from_ip(text);
        break;
    case 1:
        (void)formats::addresses_from_ip(text);
        break;
    case 2:
        (void)formats::routes_from_ip(text, links, net::Family::ipv4);
        break;
    case 3:
        (void)formats::rules_from_ip(text, net::Family::ipv4);
        break;
    case 4:
        (void)formats::neighbours_from_ip(text, links);
        break;
    case 5:
        (void)formats::fdb_from_bridge(text, links);
        break;
    case 6:
        (void)formats::parse_ipset_save(text);
        break;
    case 7:
        (void)formats::parse_sysctl_list(text);
        break;
    case 8:
        (void)formats::sockets_from_proc(text, 6);
        (void)formats::has_separate_local_table(text);
        break;
    default:
        if (const auto entries = formats::parse_conntrack_list(text)) {
            for (const model::Conntrack& entry : *entries) {
                if (model::Conntrack::parse(entry.to_string()) != entry)
                    __builtin_trap();
            }
        }
    }
    return 0;
}
