#include "collect/host.hpp"

#include <linux/netlink.h>

#include "collect/docker.hpp"
#include "collect/sysctls.hpp"
#include "kernel/netlink_socket.hpp"
#include "kernel/nftables.hpp"
#include "kernel/rtnetlink_dump.hpp"
#include "kernel/xtables.hpp"
#include "model/nft_outline.hpp"

namespace onlan::collect {

Result<model::Snapshot> collect_users(const std::string& docker_host)
{
    ONLAN_TRY(kernel::NetlinkSocket socket, kernel::NetlinkSocket::open(NETLINK_ROUTE));
    model::Snapshot snapshot;
    model::Netns& host = snapshot.namespaces.emplace_back();
    host.name = "host";
    ONLAN_TRY(host.links, kernel::dump_links(socket));
    ONLAN_TRY(host.addresses, kernel::dump_addresses(socket));
    ONLAN_TRY(host.routes, kernel::dump_routes(socket));
    keep_engine(io::DockerApi::open(docker_host).and_then(collect_docker), snapshot);
    return snapshot;
}

Result<model::Snapshot> collect_host(const std::string& docker_host)
{
    ONLAN_TRY(kernel::NetlinkSocket socket, kernel::NetlinkSocket::open(NETLINK_ROUTE));
    ONLAN_TRY(model::Snapshot snapshot, collect_users(docker_host));
    model::Netns& host = snapshot.namespaces.front();
    ONLAN_TRY(host.policy_rules, kernel::dump_rules(socket));
    ONLAN_TRY(host.neighbours, kernel::dump_neighbours(socket));
    ONLAN_TRY(host.fdb, kernel::dump_fdb(socket));
    ONLAN_TRY(host.sysctls, collect_sysctls(host.links));
    ONLAN_TRY(host.nftables, kernel::list_outline());
    ONLAN_TRY(host.xtables, kernel::collect_xtables(model::base_chains(host.nftables)));
    return snapshot;
}

} // namespace onlan::collect
