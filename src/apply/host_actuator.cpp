#include "apply/host_actuator.hpp"

#include <algorithm>
#include <optional>

#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include <fmt/format.h>

#include "apply/docker_networks.hpp"
#include "kernel/links.hpp"
#include "kernel/netns.hpp"
#include "kernel/nftables.hpp"
#include "kernel/rtnetlink_dump.hpp"
#include "kernel/sysctl.hpp"
#include "kernel/xtables.hpp"
#include "plan/names.hpp"

namespace onlan::apply {
namespace {

// `result`, or success when it failed in a way that means: there is nothing left to do.
Result<> unless(Result<> result, std::initializer_list<std::errc> harmless)
{
    const bool ignored = !result && std::ranges::any_of(harmless, [&](std::errc code) {
        return result.error().code == code;
    });
    return ignored ? Result<>{} : result;
}

Result<std::optional<model::Link>> find_link(kernel::NetlinkSocket& socket, const std::string& name)
{
    ONLAN_TRY(const auto links, kernel::dump_links(socket));
    const auto found = std::ranges::find(links, name, &model::Link::name);
    return found == links.end() ? std::nullopt : std::optional(*found);
}

// Deletes a link that onlan made: one that still carries its mark.
Result<>
delete_own_link(kernel::NetlinkSocket& socket, const std::string& name, const std::string& alias)
{
    ONLAN_TRY(const auto link, find_link(socket, name));
    if (!link)
        return {};
    if (link->alias != alias)
        return fail(Failed::conflict, fmt::format("{} was left alone: it is no longer marked as "
                                                  "onlan's (its alias is '{}', not '{}')",
                                                  name, link->alias, alias));
    return kernel::delete_link(socket, name);
}

// A dockerd that starts before the LAN's links are there makes the network's bridge itself, and
// does not take it for its own later. It has no mark and nothing in it; one that the distribution
// made has the cable.
Result<> delete_left_bridge(kernel::NetlinkSocket& socket, const std::string& name)
{
    ONLAN_TRY(const auto links, kernel::dump_links(socket));
    const auto bridge = std::ranges::find(links, name, &model::Link::name);
    if (bridge == links.end() || bridge->kind != "bridge" || !bridge->alias.empty() ||
        std::ranges::find(links, bridge->index, &model::Link::master) != links.end())
        return {};
    return kernel::delete_link(socket, name);
}

// After a failed creation: the link may be ours from before.
Result<> unless_own(kernel::NetlinkSocket& socket,
                    Result<> created,
                    const std::string& name,
                    const std::string& alias)
{
    if (created || created.error().code != std::errc::file_exists)
        return created;
    ONLAN_TRY(const auto link, find_link(socket, name));
    return link && link->alias == alias ? Result<>{} : created;
}

// The address was the host's a moment ago. While the kernel looks for a duplicate, connections are
// cut, and routes with this preferred source refused (net/ipv6/route.c, ip6_route_info_create()).
model::Address without_detection(model::Address address)
{
    if (address.local.address.family() == net::Family::ipv6)
        address.flags |= IFA_F_NODAD;
    return address;
}

// A gateway need not be reachable any more: the kernel keeps such a route, and takes it again only
// when told not to look.
Result<>
add_former_route(kernel::NetlinkSocket& socket, const std::string& link, model::Route route)
{
    auto added = kernel::add_route(socket, link, route);
    if (added || (added.error().code != std::errc::host_unreachable &&
                  added.error().code != std::errc::network_unreachable))
        return added;
    route.flags |= RTNH_F_ONLINK;
    return kernel::add_route(socket, link, route);
}

// In this thread's namespace, which is the socket's.
class Perform {
public:
    Perform(kernel::NetlinkSocket& socket, const Result<io::DockerApi>& docker)
        : socket_(socket), docker_(docker)
    {}

    Result<> operator()(const plan::CreateBridge& c) const
    {
        return unless_own(socket_, kernel::create_bridge(socket_, {c.name, c.mac, c.mtu, c.alias}),
                          c.name, c.alias);
    }
    Result<> operator()(const plan::AdoptBridge& c) const
    {
        return kernel::set_alias(socket_, c.name, c.alias);
    }
    Result<> operator()(const plan::DeleteBridge& c) const
    {
        return delete_own_link(socket_, c.name, c.alias);
    }
    Result<> operator()(const plan::CreateVeth& c) const
    {
        return unless_own(socket_,
                          kernel::create_veth(socket_, {c.name, c.peer, c.mac, c.mtu, c.alias}),
                          c.name, c.alias);
    }
    Result<> operator()(const plan::DeleteVeth& c) const
    {
        return delete_own_link(socket_, c.name, c.alias);
    }
    Result<> operator()(const plan::SetMaster& c) const
    {
        return kernel::set_master(socket_, c.link, c.master);
    }
    Result<> operator()(const plan::ReleasePort& c) const
    {
        ONLAN_TRY(const auto link, find_link(socket_, c.link));
        ONLAN_TRY(const auto master, find_link(socket_, c.master));
        if (!link || !master || link->master != master->index)
            return {};
        return kernel::clear_master(socket_, c.link);
    }
    Result<> operator()(const plan::SetUp& c) const { return kernel::set_up(socket_, c.link); }
    Result<> operator()(const plan::SetDown& c) const
    {
        return unless(kernel::set_down(socket_, c.link), {std::errc::no_such_device});
    }
    Result<> operator()(const plan::SetMtu& c) const
    {
        return kernel::set_mtu(socket_, c.link, c.mtu);
    }
    Result<> operator()(const plan::RestoreMtu& c) const
    {
        return unless(kernel::set_mtu(socket_, c.link, c.mtu), {std::errc::no_such_device});
    }
    Result<> operator()(const plan::StartStp& c) const
    {
        return kernel::set_spanning_tree(socket_, c.bridge, kernel::SpanningTree::on);
    }
    Result<> operator()(const plan::StopStp& c) const
    {
        return unless(kernel::set_spanning_tree(socket_, c.bridge, kernel::SpanningTree::off),
                      {std::errc::no_such_device});
    }
    Result<> operator()(const plan::SetSysctl& c) const
    {
        return kernel::write_sysctl(c.name, c.value);
    }
    Result<> operator()(const plan::RestoreSysctl& c) const
    {
        return unless(kernel::write_sysctl(c.name, c.value),
                      {std::errc::no_such_file_or_directory});
    }
    Result<> operator()(const plan::AddAddress& c) const
    {
        ONLAN_CHECK(unless(kernel::add_address(socket_, c.link, without_detection(c.address)),
                           {std::errc::file_exists}));
        return kernel::replace_address(socket_, c.link, c.address);
    }
    Result<> operator()(const plan::RemoveAddress& c) const
    {
        return unless(kernel::delete_address(socket_, c.link, c.address),
                      {std::errc::address_not_available, std::errc::no_such_device});
    }
    Result<> operator()(const plan::AddRoute& c) const
    {
        return unless(add_former_route(socket_, c.link, c.route), {std::errc::file_exists});
    }
    Result<> operator()(const plan::RemoveRoute& c) const
    {
        return unless(kernel::delete_route(socket_, c.link, c.route),
                      {std::errc::no_such_process, std::errc::no_such_device});
    }
    Result<> operator()(const plan::ReplaceRule& c) const
    {
        // The new one first: there is never a moment without the rule.
        ONLAN_CHECK(unless(kernel::add_rule(socket_, c.after), {std::errc::file_exists}));
        return unless(kernel::delete_rule(socket_, c.before),
                      {std::errc::no_such_file_or_directory});
    }
    Result<> operator()(const plan::AddNotrack& c) const
    {
        return kernel::add_notrack(c.bridge, c.comment);
    }
    Result<> operator()(const plan::RemoveNotrack& c) const
    {
        return kernel::remove_notrack(c.comment);
    }
    Result<> operator()(const plan::InsertXtablesRule& c) const
    {
        return kernel::insert_rule({c.backend, c.family, c.table, c.chain, c.rule});
    }
    Result<> operator()(const plan::DeleteXtablesRule& c) const
    {
        return kernel::delete_rule({c.backend, c.family, c.table, c.chain, c.rule});
    }
    Result<> operator()(const plan::CreateDockerNetwork& c) const
    {
        return docker_.and_then(
            [&](const io::DockerApi& docker) { return create_own_network(docker, c.network); });
    }
    Result<> operator()(const plan::RemoveDockerNetwork& c) const
    {
        ONLAN_CHECK(docker_.and_then(
            [&](const io::DockerApi& docker) { return remove_own_network(docker, c.network); }));
        const auto bridge = c.network.options.find("com.docker.network.bridge.name");
        return bridge == c.network.options.end() ? Result<>{}
                                                 : delete_left_bridge(socket_, bridge->second);
    }

private:
    kernel::NetlinkSocket& socket_;
    const Result<io::DockerApi>& docker_;
};

Result<> perform_here(kernel::NetlinkSocket& socket,
                      const Result<io::DockerApi>& docker,
                      const plan::Change& change)
{
    return std::visit(Perform{socket, docker}, static_cast<const plan::Act&>(change));
}

// By its name in a snapshot. What is no file in /run/netns is found by whoever knows its processes.
Result<kernel::NetnsHandle> open_netns(const std::string& where)
{
    constexpr std::string_view kNamed = "netns:";
    const std::string name = where.starts_with(kNamed) ? where.substr(kNamed.size()) : "";
    if (name.empty() || name.find('/') != std::string::npos)
        return fail(Failed::missing_feature,
                    fmt::format("onlan cannot change anything in {}: it can only enter namespaces "
                                "in /run/netns (netns:NAME)",
                                where));
    return kernel::NetnsHandle::open("/run/netns/" + name);
}

} // namespace

Result<std::unique_ptr<HostActuator>> HostActuator::open(const std::string& docker_host)
{
    ONLAN_TRY(kernel::NetlinkSocket socket, kernel::NetlinkSocket::open(NETLINK_ROUTE));
    return std::make_unique<HostActuator>(std::move(socket), io::DockerApi::open(docker_host));
}

Result<> HostActuator::perform(const plan::Change& change)
{
    if (change.where.empty())
        return perform_here(socket_, docker_, change);
    ONLAN_TRY(const kernel::NetnsHandle netns, open_netns(change.where));
    return kernel::in_netns(netns, [&]() -> Result<> {
        ONLAN_TRY(kernel::NetlinkSocket socket, kernel::NetlinkSocket::open(NETLINK_ROUTE));
        return perform_here(socket, docker_, change);
    });
}

} // namespace onlan::apply
