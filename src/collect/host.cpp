#include "collect/host.hpp"

#include <linux/netlink.h>

#include "collect/docker.hpp"
#include "collect/sysctls.hpp"
#include "kernel/netlink_socket.hpp"
#include "kernel/nftables.hpp"
#include "kernel/rtnetlink_dump.hpp"
#include "kernel/xtables.hpp"

namespace onlan::collect {

Result<model::Host> collect_users(const std::string& docker_host)
{
    ONLAN_TRY(kernel::NetlinkSocket socket, kernel::NetlinkSocket::open(NETLINK_ROUTE));
    model::Host host;
    ONLAN_TRY(host.links, kernel::dump_links(socket));
    ONLAN_TRY(host.addresses, kernel::dump_addresses(socket));
    ONLAN_TRY(host.routes, kernel::dump_routes(socket));
    keep_engine(io::DockerApi::open(docker_host).and_then(collect_docker), host);
    return host;
}

Result<model::Host> collect_host(const std::string& docker_host)
{
    ONLAN_TRY(kernel::NetlinkSocket socket, kernel::NetlinkSocket::open(NETLINK_ROUTE));
    ONLAN_TRY(model::Host host, collect_users(docker_host));
    ONLAN_TRY(host.policy_rules, kernel::dump_rules(socket));
    ONLAN_TRY(host.neighbours, kernel::dump_neighbours(socket));
    ONLAN_TRY(host.fdb, kernel::dump_fdb(socket));
    ONLAN_TRY(host.sysctls, collect_sysctls(host.links));
    ONLAN_TRY(host.base_chains, kernel::list_base_chains());
    ONLAN_TRY(host.interface_rules, kernel::list_interface_rules(host.base_chains));
    ONLAN_TRY(host.own_rules, kernel::list_own_rules());
    ONLAN_TRY(host.xtables, kernel::collect_xtables(host.base_chains));
    return host;
}

} // namespace onlan::collect
