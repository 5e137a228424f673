// onlan explain: what happens to a flow, packet by packet.

#include "simulate/explain.hpp"

#include <algorithm>
#include <charconv>
#include <iostream>

#include <fmt/format.h>

#include "cli/options.hpp"
#include "cli/print.hpp"
#include "cli/session.hpp"
#include "collect/folder.hpp"
#include "collect/snapshot.hpp"
#include "model/explanation_json.hpp"
#include "simulate/machines.hpp"

namespace onlan::cli {
namespace {

using simulate::Flow;

// "IP:PORT/PROTO", "[IP6]:PORT/PROTO", "IP/icmp", "container:NAME:PORT/PROTO"
struct Target {
    std::string where;
    std::uint16_t port = 0;
    std::uint8_t protocol = simulate::kTcp;
};

Failure not_a_target(std::string_view text)
{
    return fail(Failed::parse,
                fmt::format("'{}' is not a target such as 192.168.1.9:80/tcp, 192.168.1.9/icmp or "
                            "container:web:80",
                            text));
}

Result<Target> parse_target(std::string_view text)
{
    Target target;
    std::string_view rest = text;
    if (const auto slash = rest.rfind('/'); slash != std::string_view::npos) {
        const std::string_view protocol = rest.substr(slash + 1);
        if (protocol != "tcp" && protocol != "udp" && protocol != "icmp")
            return not_a_target(text);
        target.protocol = protocol == "tcp"   ? simulate::kTcp
                          : protocol == "udp" ? simulate::kUdp
                                              : simulate::kIcmp;
        rest = rest.substr(0, slash);
    }
    if (target.protocol != simulate::kIcmp) {
        const auto colon = rest.rfind(':');
        if (colon == std::string_view::npos)
            return not_a_target(text);
        const std::string_view port = rest.substr(colon + 1);
        const auto [end, error] =
            std::from_chars(port.data(), port.data() + port.size(), target.port);
        if (error != std::errc{} || end != port.data() + port.size() || target.port == 0)
            return not_a_target(text);
        rest = rest.substr(0, colon);
    }
    if (rest.starts_with('[') && rest.ends_with(']'))
        rest = rest.substr(1, rest.size() - 2);
    target.where = rest;
    return target;
}

std::string names_of(const model::Snapshot& snapshot)
{
    std::string names;
    for (const model::Netns& netns : snapshot.namespaces)
        names += (names.empty() ? "" : ", ") + netns.name;
    return names;
}

// A bare name means a container.
const model::Netns* find_netns(const model::Snapshot& snapshot, const std::string& name)
{
    const model::Netns* exact = snapshot.find_netns(name);
    return exact != nullptr ? exact : snapshot.find_netns("container:" + name);
}

Result<net::IpAddress> address_of(const model::Snapshot& snapshot, const std::string& where)
{
    if (auto address = net::IpAddress::parse(where))
        return address;
    const model::Netns* netns = find_netns(snapshot, where);
    if (netns == nullptr)
        return fail(Failed::not_found, fmt::format("there is no endpoint '{}'; there are: {}",
                                                   where, names_of(snapshot)));
    constexpr std::uint8_t kGlobal = 0; // RT_SCOPE_UNIVERSE
    const auto found = std::ranges::find(netns->addresses, kGlobal, &model::Address::scope);
    if (found == netns->addresses.end())
        return fail(Failed::not_found, fmt::format("{} has no address", where));
    return found->local.address;
}

bool owned(const model::Snapshot& snapshot, const net::IpAddress& address)
{
    return std::ranges::any_of(snapshot.namespaces, [&](const model::Netns& netns) {
        return std::ranges::any_of(netns.addresses, [&](const model::Address& own) {
            return own.local.address == address;
        });
    });
}

std::vector<simulate::Proxy> proxies_of(const model::Snapshot& snapshot)
{
    std::vector<simulate::Proxy> proxies;
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

// Adds the machines on the LAN that the flow speaks of and the snapshot does not hold.
Result<std::vector<simulate::Machine>>
add_machines(model::Snapshot& snapshot, const std::string& from, const Flow& flow)
{
    std::vector<simulate::Machine> machines;
    if (from.starts_with("lan:")) {
        ONLAN_TRY(const auto address, net::IpAddress::parse(from.substr(4)));
        auto machine = simulate::lan_machine(snapshot.namespaces.front(), address,
                                             simulate::Serves::nothing, 0);
        if (!machine)
            return fail(Failed::not_found,
                        fmt::format("no network of this host holds {}", address.to_string()));
        machines.push_back(*std::move(machine));
    }
    if (!owned(snapshot, flow.to)) {
        if (auto machine = simulate::lan_machine(snapshot.namespaces.front(), flow.to,
                                                 simulate::Serves::everything, flow.port))
            machines.push_back(*std::move(machine));
    }
    for (const simulate::Machine& machine : machines)
        snapshot.namespaces.push_back(machine.netns);
    return machines;
}

std::string step_line(const model::Step& step)
{
    std::string tuple;
    const auto port = [](const model::PortRange& of) {
        return of.random() ? fmt::format("{}-{}", of.first, of.last) : fmt::format("{}", of.first);
    };
    const auto side = [&](const model::Header& header) {
        return fmt::format("{}:{} > {}:{}", header.source.to_string(), port(header.source_port),
                           header.destination.to_string(), port(header.destination_port));
    };
    if (step.before)
        tuple = fmt::format("\n        {} -> {}", side(*step.before), side(step.packet));
    return fmt::format("    {:<14} {:<20} {}{}\n        because: {}\n",
                       fmt::format("{}/{}", step.netns, step.device), step.stage, step.action,
                       tuple, model::because_text(step.because));
}

// What a reader skips: the packet went on as it was.
bool trivial(const model::Step& step)
{
    return !step.before &&
           (step.action == "accept" || step.action == "output" || step.action == "pass-up" ||
            step.action == "cross" || step.stage == "fdb" || step.action == "resolve");
}

void print_text(const model::Explanation& explanation, Detail detail)
{
    std::cout << fmt::format("{}{}: {}\n", model::outcome_name(explanation.outcome),
                             explanation.error.empty() ? "" : " (" + explanation.error + ")",
                             explanation.cause.summary);
    for (const std::string& assumption : explanation.assumptions)
        std::cout << fmt::format("  assumed: {}\n", assumption);
    if (detail == Detail::minimal)
        return;
    for (const model::TracedPacket& packet : explanation.packets) {
        if (detail == Detail::summary && packet.summary.starts_with("ARP "))
            continue;
        std::cout << fmt::format("\n{} {}\n", packet.number, packet.summary);
        for (const model::Step& step : packet.steps) {
            if (detail == Detail::detailed || !trivial(step))
                std::cout << step_line(step);
        }
    }
}

Result<int> run(const Options& options, const ExplainOptions& explain)
{
    ONLAN_TRY(const Target target, parse_target(explain.to));
    if (explain.snapshot.empty())
        ONLAN_CHECK(require_root("explain"));
    ONLAN_TRY(model::Snapshot snapshot,
              explain.snapshot.empty()
                  ? collect::collect_snapshot(options.docker_host, [](std::size_t, std::size_t) {})
                  : collect::load_snapshot(explain.snapshot));
    Flow flow{.from = explain.from, .protocol = target.protocol, .port = target.port};
    if (const model::Netns* from = find_netns(snapshot, explain.from))
        flow.from = from->name;
    else if (!explain.from.starts_with("lan:"))
        return fail(Failed::not_found, fmt::format("there is no endpoint '{}'; there are: {}",
                                                   explain.from, names_of(snapshot)));
    ONLAN_TRY(flow.to, address_of(snapshot, target.where));
    if (flow.protocol == simulate::kIcmp && flow.to.family() == net::Family::ipv6)
        flow.protocol = simulate::kIcmpv6;

    ONLAN_TRY(const auto machines, add_machines(snapshot, explain.from, flow));
    ONLAN_TRY(simulate::World world,
              simulate::World::load(snapshot.namespaces, proxies_of(snapshot)));
    world.kernel = simulate::kernel_of(snapshot.kernel);
    for (const simulate::Machine& machine : machines) {
        const simulate::Namespace* host = world.find(snapshot.namespaces.front().name);
        world.plug(*world.find(machine.netns.name), "eth0", *host->find(machine.nic));
        world.assumptions.insert(world.assumptions.end(), machine.assumptions.begin(),
                                 machine.assumptions.end());
    }
    const model::Explanation explanation = simulate::explain(world, flow);
    if (options.format == Format::json)
        std::cout << model::explanation_to_json(
                         {.from = explain.from,
                          .to = explain.to,
                          .protocol = target.protocol == simulate::kTcp   ? "tcp"
                                      : target.protocol == simulate::kUdp ? "udp"
                                                                          : "icmp"},
                         explanation)
                         .dump(2)
                  << '\n';
    else
        print_text(explanation, explain.detail);
    return explanation.outcome == model::Outcome::delivered ? kDone : kNo;
}

} // namespace

int explain(const Options& options, const ExplainOptions& explain)
{
    const auto code = run(options, explain);
    if (!code) {
        std::cerr << fmt::format("onlan: error: {}\n", code.error().message);
        return kCouldNot;
    }
    return *code;
}

} // namespace onlan::cli
