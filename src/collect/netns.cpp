#include "collect/netns.hpp"

#include "base/file.hpp"
#include "collect/sysctls.hpp"
#include "formats/fib_trie.hpp"
#include "formats/ip_vs.hpp"
#include "kernel/conntrack.hpp"
#include "kernel/ipsets.hpp"
#include "kernel/nftables.hpp"
#include "kernel/rtnetlink_dump.hpp"
#include "kernel/sockets.hpp"
#include "kernel/xtables.hpp"
#include "model/nft_outline.hpp"

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

std::optional<bool> has_separate_local_table()
{
    const auto tries = read_file("/proc/thread-self/net/fib_trie");
    return tries ? formats::has_separate_local_table(*tries) : std::nullopt;
}

Result<> collect_rtnetlink(kernel::NetlinkSocket& socket, model::Netns& netns)
{
    ONLAN_TRY(netns.addresses, kernel::dump_addresses(socket));
    ONLAN_TRY(netns.routes, kernel::dump_routes(socket));
    ONLAN_TRY(netns.policy_rules, kernel::dump_rules(socket));
    ONLAN_TRY(netns.neighbours, kernel::dump_neighbours(socket));
    ONLAN_TRY(netns.fdb, kernel::dump_fdb(socket));
    return {};
}

void collect_rules(model::Netns& netns)
{
    model::NftListing chains;
    take(chains, kernel::list_chains(), netns.unread);
    take(netns.xtables, kernel::collect_xtables(model::base_chains(chains)), netns.unread);
    take(netns.nftables, kernel::list_ruleset(chains, netns.xtables), netns.unread);
    take(netns.ipsets, kernel::list_ipsets(), netns.unread);
    if (const auto tables = read_file("/proc/thread-self/net/arp_tables_names");
        tables && !tables->empty())
        netns.unread.emplace_back("rules of arptables-legacy");
    const auto services = read_file("/proc/thread-self/net/ip_vs");
    if (std::string told = services ? formats::virtual_services_sentence(*services) : "";
        !told.empty())
        netns.unread.push_back(std::move(told));
}

} // namespace

Result<model::Netns> collect_netns(kernel::NetlinkSocket& socket, std::vector<model::Link> links)
{
    model::Netns netns;
    netns.links = std::move(links);
    ONLAN_CHECK(collect_rtnetlink(socket, netns));
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
