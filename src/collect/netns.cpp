#include "collect/netns.hpp"

#include <linux/netlink.h>

#include <fmt/format.h>

#include "base/file.hpp"
#include "collect/sysctls.hpp"
#include "kernel/conntrack.hpp"
#include "kernel/ipsets.hpp"
#include "kernel/modules.hpp"
#include "kernel/netlink_socket.hpp"
#include "kernel/nftables.hpp"
#include "kernel/rtnetlink_dump.hpp"
#include "kernel/sockets.hpp"
#include "kernel/xtables.hpp"

namespace onlan::collect {
namespace {

template <typename Value>
void take(Value& value, Result<Value> read, std::vector<std::string>& unread)
{
    if (read)
        value = *std::move(read);
    else
        unread.push_back(std::move(read).error().message);
}

// While the tables local and main are one, /proc shows its entries under both names
// (net/ipv4/fib_trie.c, fib_trie_seq_show()): the section "Main:" has addresses of this host.
std::optional<bool> has_separate_local_table()
{
    const auto tries = read_file("/proc/thread-self/net/fib_trie");
    if (!tries || tries->find("Local:") == std::string::npos)
        return {};
    const std::size_t main = tries->find("Main:");
    const std::size_t local = tries->find("Local:");
    if (main == std::string::npos)
        return true;
    const std::string_view section =
        std::string_view(*tries).substr(main, local > main ? local - main : std::string::npos);
    return section.find("host LOCAL") == std::string_view::npos;
}

Result<> collect_rtnetlink(model::Netns& netns)
{
    ONLAN_TRY(kernel::NetlinkSocket socket, kernel::NetlinkSocket::open(NETLINK_ROUTE));
    ONLAN_TRY(netns.links, kernel::dump_links(socket));
    ONLAN_TRY(netns.addresses, kernel::dump_addresses(socket));
    ONLAN_TRY(netns.routes, kernel::dump_routes(socket));
    ONLAN_TRY(netns.rules, kernel::dump_rules(socket));
    ONLAN_TRY(netns.neighbours, kernel::dump_neighbours(socket));
    ONLAN_TRY(netns.fdb, kernel::dump_fdb(socket));
    return {};
}

void collect_rules(model::Netns& netns)
{
    take(netns.nftables, kernel::list_ruleset(), netns.unread);
    take(netns.xtables, kernel::collect_xtables(kernel::base_chains_in(netns.nftables)),
         netns.unread);
    take(netns.ipsets, kernel::list_ipsets(), netns.unread);
    if (const auto tables = read_file("/proc/thread-self/net/arp_tables_names");
        tables && !tables->empty())
        netns.unread.emplace_back("rules of arptables-legacy");
    if (kernel::is_loaded("ebtables"))
        netns.unread.emplace_back("rules of ebtables-legacy, if there are any: looking would make "
                                  "tables and hooks for them");
}

} // namespace

Result<model::Netns> collect_netns()
{
    model::Netns netns;
    ONLAN_CHECK(collect_rtnetlink(netns));
    netns.separate_local_table = has_separate_local_table();
    take(netns.sysctls, collect_sysctls(netns.links), netns.unread);
    collect_rules(netns);
    kernel::TrackedConnections tracked;
    take(tracked, kernel::list_conntrack(), netns.unread);
    netns.conntrack = std::move(tracked.entries);
    netns.expectations = std::move(tracked.expectations);
    take(netns.sockets, kernel::list_sockets(), netns.unread);
    return netns;
}

} // namespace onlan::collect
