#include "simulate/question.hpp"

#include <algorithm>
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
// or beyond a gateway.
Result<std::string>
lan_client(const model::Snapshot& snapshot, std::string_view text, Machines& machines)
{
    ONLAN_TRY(const auto address, net::IpAddress::parse(text));
    if (const model::Netns* owner = owner_of(snapshot, address))
        return owner->name;
    if (auto name = machines.place(address, snapshot.namespaces.front(), {}))
        return *std::move(name);
    return fail(Failed::not_found,
                fmt::format("no route of this host leads to {} through a device whose other end "
                            "is outside the snapshot",
                            address.to_string()));
}

// A ping is answered by the kernel.
std::optional<std::uint16_t> served_port(const Flow& flow)
{
    return flow.port == 0 ? std::nullopt : std::optional(flow.port);
}

Result<Flow> read_flow(const model::Snapshot& snapshot,
                       std::string_view from,
                       const Target& to,
                       Machines& machines)
{
    Flow flow{.from = {}, .to = {}, .protocol = to.protocol, .port = to.port, .source = {}};
    const model::Netns* client = find_netns(snapshot, from);
    if (client != nullptr)
        flow.from = client->name;
    else if (from.starts_with(kLan)) {
        ONLAN_TRY(flow.from, lan_client(snapshot, from.substr(kLan.size()), machines));
    } else
        return no_endpoint(snapshot, from);
    ONLAN_TRY(flow.to, address_of(snapshot, to.where));
    if (flow.protocol == kIcmp && flow.to.family() == net::Family::ipv6)
        flow.protocol = kIcmpv6;
    if (owner_of(snapshot, flow.to) == nullptr)
        machines.place(flow.to, client != nullptr ? *client : snapshot.namespaces.front(),
                       served_port(flow));
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

World with_machines(std::vector<World::Part> parts, World::Beside beside, const Machines& machines)
{
    for (const Machine& machine : machines.all()) {
        parts.push_back({.netns = &machine.netns, .rules = {}});
        beside.plugs.push_back(machine.plug);
        beside.assumptions_of[machine.netns.name] = machine.assumptions;
    }
    return World::build(parts, std::move(beside));
}

// NAT and routes may send packets to machines outside of which the question does not speak.
bool place_next_hops(Machines& machines, const Ending& ending)
{
    bool placed = false;
    for (const NextHop& hop : ending.next_hops)
        placed = machines.place(hop) || placed;
    return placed;
}

} // namespace

Result<Question> Question::pose(model::Snapshot snapshot, std::string_view from, const Target& to)
{
    if (snapshot.namespaces.empty())
        return fail(Failed::not_found, "the snapshot contains no network namespace");
    auto facts = std::make_shared<const model::Snapshot>(std::move(snapshot));
    auto machines = std::make_shared<Machines>(facts->namespaces);
    ONLAN_TRY(Flow flow, read_flow(*facts, from, to, *machines));
    World::Beside beside{.proxies = proxies_of(*facts), .kernel = kernel_of(facts->kernel)};
    meet_outside(*facts, flow, beside);
    ONLAN_TRY(const std::vector<World::Part> inside, World::parts_of(facts->namespaces));
    World world = with_machines(inside, beside, *machines);
    while (place_next_hops(*machines, follow(world, flow, Recording::off)))
        world = with_machines(inside, beside, *machines);
    return Question({std::move(facts), std::move(machines)}, std::move(world), std::move(flow));
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
