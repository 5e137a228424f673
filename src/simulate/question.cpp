#include "simulate/question.hpp"

#include <algorithm>
#include <iterator>
#include <vector>

#include <fmt/format.h>

#include "base/nearest.hpp"
#include "simulate/ends/machines.hpp"

namespace onlan::simulate {
namespace {

constexpr std::string_view kLan = "lan:";

// A bare name means a container.
const model::Netns* find_netns(const model::Snapshot& snapshot, std::string_view name)
{
    const model::Netns* exact = snapshot.find_netns(name);
    return exact != nullptr ? exact : snapshot.find_netns(fmt::format("container:{}", name));
}

Failure no_endpoint(const model::Snapshot& snapshot, std::string_view name)
{
    constexpr std::string_view kContainer = "container:";
    std::vector<std::string_view> known;
    for (const model::Netns& netns : snapshot.namespaces) {
        const std::string_view whole = netns.name;
        known.push_back(whole.starts_with(kContainer) && !name.starts_with(kContainer)
                            ? whole.substr(kContainer.size())
                            : whole);
    }
    return fail(Failed::not_found, fmt::format("there is no endpoint '{}' in the snapshot{}", name,
                                               did_you_mean(name, known)));
}

Result<net::IpAddress> address_of(const model::Snapshot& snapshot, const std::string& where)
{
    if (auto address = net::IpAddress::parse(where))
        return address;
    const model::Netns* netns = find_netns(snapshot, where);
    if (netns == nullptr)
        return no_endpoint(snapshot, where);
    const auto found =
        std::ranges::find(netns->addresses, model::kScopeUniverse, &model::Address::scope);
    if (found == netns->addresses.end())
        return fail(Failed::not_found,
                    fmt::format("{} has no address at which others could reach it", netns->name));
    return found->local.address;
}

const model::Netns* owner_of(const model::Snapshot& snapshot, const net::IpAddress& address)
{
    const auto owner = std::ranges::find_if(
        snapshot.namespaces, [&](const model::Netns& netns) { return netns.has_address(address); });
    return owner == snapshot.namespaces.end() ? nullptr : &*owner;
}

std::vector<Proxy> proxies_of(const model::Snapshot& snapshot)
{
    std::vector<Proxy> proxies;
    if (!snapshot.docker)
        return proxies;
    for (const model::DockerProxy& proxy : snapshot.docker->proxies)
        proxies.push_back({.netns = snapshot.namespaces.front().name,
                           .protocol = proxy.protocol,
                           .address = proxy.host_address,
                           .port = proxy.host_port,
                           .target = proxy.container_address,
                           .target_port = proxy.container_port});
    return proxies;
}

// A client outside: a machine of the snapshot that has the address, or an ordinary one on the LAN
// or beyond the gateway.
Result<std::string>
lan_client(const model::Snapshot& snapshot, std::string_view text, std::vector<Machine>& machines)
{
    ONLAN_TRY(const auto address, net::IpAddress::parse(text));
    if (const model::Netns* owner = owner_of(snapshot, address))
        return owner->name;
    if (auto machine = lan_machine(snapshot.namespaces, address, {}))
        machines.push_back(*std::move(machine));
    else
        machines = machines_beyond_gateway(snapshot.namespaces, address, {});
    if (machines.empty())
        return fail(
            Failed::not_found,
            fmt::format("no route of this host leads to {} through a device whose other end "
                        "is outside the snapshot",
                        address.to_string()));
    return machines.back().netns.name;
}

// A ping is answered by the kernel.
std::optional<std::uint16_t> served_port(const Flow& flow)
{
    return flow.port == 0 ? std::nullopt : std::optional(flow.port);
}

// What is off the host's subnets is reached by a gateway. One that the snapshot holds knows itself
// how to go on; one that the flow comes from has its machine already.
void add_beyond_gateway(const model::Snapshot& snapshot,
                        const Flow& flow,
                        std::vector<Machine>& machines)
{
    std::vector<Machine> beyond =
        machines_beyond_gateway(snapshot.namespaces, flow.to, served_port(flow));
    if (beyond.empty() ||
        owner_of(snapshot, beyond.front().netns.addresses.front().local.address) != nullptr)
        return;
    std::erase_if(machines, [&](const Machine& machine) {
        return machine.netns.name == beyond.front().netns.name;
    });
    std::ranges::move(beyond, std::back_inserter(machines));
}

Result<Flow> read_flow(const model::Snapshot& snapshot,
                       std::string_view from,
                       const Target& to,
                       std::vector<Machine>& machines)
{
    Flow flow{.from = {}, .to = {}, .protocol = to.protocol, .port = to.port, .source = {}};
    if (const model::Netns* netns = find_netns(snapshot, from))
        flow.from = netns->name;
    else if (from.starts_with(kLan)) {
        ONLAN_TRY(flow.from, lan_client(snapshot, from.substr(kLan.size()), machines));
    } else
        return no_endpoint(snapshot, from);
    ONLAN_TRY(flow.to, address_of(snapshot, to.where));
    if (flow.protocol == kIcmp && flow.to.family() == net::Family::ipv6)
        flow.protocol = kIcmpv6;
    if (owner_of(snapshot, flow.to) == nullptr) {
        if (auto machine = lan_machine(snapshot.namespaces, flow.to, served_port(flow)))
            machines.push_back(*std::move(machine));
        else
            add_beyond_gateway(snapshot, flow, machines);
    }
    return flow;
}

// The ends of the flow may be namespaces of the snapshot that only something outside it joins to
// the host.
void meet_outside(const model::Snapshot& snapshot, const Flow& flow, World::Beside& beside)
{
    const model::Netns& host = snapshot.namespaces.front();
    for (const model::Netns* end : {snapshot.find_netns(flow.from), owner_of(snapshot, flow.to)}) {
        if (end == nullptr || end == &host)
            continue;
        const auto meeting = meeting_outside(snapshot.namespaces, *end);
        if (!meeting)
            continue;
        beside.plugs.push_back({.machine = end->name,
                                .device = meeting->device,
                                .netns = host.name,
                                .nic = meeting->edge});
        beside.assumptions.push_back(fmt::format("what leaves {} through {} reaches {} of {}",
                                                 host.name, meeting->edge, meeting->device,
                                                 end->name));
    }
}

} // namespace

Result<Question> Question::pose(model::Snapshot snapshot, std::string_view from, const Target& to)
{
    if (snapshot.namespaces.empty())
        return fail(Failed::not_found, "the snapshot contains no network namespace");
    std::vector<Machine> machines;
    ONLAN_TRY(Flow flow, read_flow(snapshot, from, to, machines));
    World::Beside beside{.proxies = proxies_of(snapshot), .kernel = kernel_of(snapshot.kernel)};
    const std::string host = snapshot.namespaces.front().name;
    meet_outside(snapshot, flow, beside);
    for (const Machine& machine : machines) {
        snapshot.namespaces.push_back(machine.netns);
        beside.plugs.push_back({.machine = machine.netns.name,
                                .device = "eth0",
                                .netns = machine.nic_of.empty() ? host : machine.nic_of,
                                .nic = machine.nic});
        std::ranges::copy(machine.assumptions, std::back_inserter(beside.assumptions));
    }
    auto facts = std::make_shared<const model::Snapshot>(std::move(snapshot));
    ONLAN_TRY(World world, World::load(facts->namespaces, std::move(beside)));
    return Question({std::move(facts)}, std::move(world), std::move(flow));
}

Result<Question> Question::with(model::Netns changed) const
{
    auto facts = std::make_shared<const model::Netns>(std::move(changed));
    ONLAN_TRY(World world, world_.with(*facts));
    std::vector<std::shared_ptr<const void>> all = facts_;
    all.push_back(std::move(facts));
    return Question(std::move(all), std::move(world), flow_);
}

} // namespace onlan::simulate
