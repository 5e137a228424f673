#include <ctime>

#include <benchmark/benchmark.h>
#include <nlohmann/json.hpp>

#include "docker_host.hpp"
#include "rules/rule_set.hpp"

// What one question to the rules of a Docker host costs, and what reading them does, by the number
// of its containers.
namespace {

using namespace onlan;
using bench::DockerHost;

class Surroundings final : public rules::Surroundings {
public:
    [[nodiscard]] std::uint8_t address_type(const net::IpAddress& address,
                                            const model::Link* /*link*/) const override
    {
        constexpr std::uint8_t kUnicast = 1;
        constexpr std::uint8_t kLocal = 2;
        return address == DockerHost::address() ? kLocal : kUnicast;
    }
    [[nodiscard]] const model::Link* reverse_device(const rules::PacketView& /*packet*/,
                                                    bool /*use_mark*/) const override
    {
        return nullptr;
    }
    [[nodiscard]] std::optional<rules::SocketView>
    socket_of(const rules::PacketView& /*packet*/, const rules::Tproxy* /*to*/) const override
    {
        return {};
    }
};

// Ten published ports a container, each a rule of both tables.
constexpr unsigned kPorts = 10;

DockerHost docker_host(const benchmark::State& state)
{
    const auto containers = static_cast<unsigned>(state.range(0));
    return {{.containers = containers, .rules = 2 * kPorts * containers}, bench::Neighbours::known};
}

void load(benchmark::State& state)
{
    const DockerHost host = docker_host(state);
    for (auto _ : state)
        benchmark::DoNotOptimize(rules::RuleSet::load(host.netns()));
}

// The same rules kept by iptables-nft: they stand in nft's listing too, with handles.
model::Netns in_nft(model::Netns netns)
{
    model::XtablesRuleset& ruleset = netns.xtables.front();
    ruleset.backend = model::XtablesBackend::nft;
    auto& objects = netns.nftables.objects.edit();
    const auto add = [&](const char* kind, const std::string& table, const std::string& name) {
        const nlohmann::json expressions = {{{"xt", {{"type", "match"}, {"name", "tcp"}}}},
                                            {{"counter", {{"packets", 1}, {"bytes", 2}}}},
                                            {{"xt", {{"type", "target"}, {"name", "DNAT"}}}}};
        objects.emplace_back(nlohmann::json{{kind,
                                             {{"family", "ip"},
                                              {"table", table},
                                              {"name", name},
                                              {"chain", name},
                                              {"handle", objects.size()},
                                              {"expr", expressions}}}});
    };
    for (const auto& [table, chains] : ruleset.tables) {
        add("table", table, table);
        for (const auto& [name, chain] : chains) {
            add("chain", table, name);
            for (std::size_t rule = 0; rule < chain->rules.size(); ++rule)
                add("rule", table, name);
        }
    }
    return netns;
}

template <typename Action>
double seconds(Action action)
{
    constexpr int kTimes = 20;
    const std::clock_t begin = std::clock();
    for (int time = 0; time < kTimes; ++time)
        benchmark::DoNotOptimize(action());
    return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC / kTimes;
}

// A guard is put into FORWARD: what that costs, and how often it can be tried while all rules are
// loaded once.
void with(benchmark::State& state, model::XtablesBackend backend)
{
    const DockerHost host = docker_host(state);
    const model::Netns before =
        backend == model::XtablesBackend::nft ? in_nft(host.netns()) : host.netns();
    const rules::RuleSet rules = *rules::RuleSet::load(before);
    model::Netns after = before;
    auto& forward = after.xtables.front().tables["filter"]["FORWARD"].edit().rules;
    forward.insert(forward.begin(), {.words = {"-i", "eth0", "-o", "eth0", "-j", "ACCEPT"}});
    for (auto _ : state)
        benchmark::DoNotOptimize(rules.with(after));
    state.counters["rules"] = static_cast<double>(rules.size());
    state.counters["load/with"] = seconds([&] { return rules::RuleSet::load(after); }) /
                                  seconds([&] { return rules.with(after); });
}

// The last of all rules matches.
void evaluate(benchmark::State& state, rules::Hook hook)
{
    const DockerHost host = docker_host(state);
    const rules::RuleSet rules = *rules::RuleSet::load(host.netns());
    const Surroundings surroundings;
    const bool forwarded = hook == rules::Hook::forward;
    const unsigned last = host.ports() - 1;
    const rules::PacketView packet{
        .in = host.netns().find_link("eth0"),
        .out = forwarded ? host.netns().find_link("docker0") : nullptr,
        .source = *net::IpAddress::parse("203.0.113.9"),
        .destination =
            forwarded ? DockerHost::address_of_container(last / kPorts) : DockerHost::address(),
        .protocol = 6,
        .source_port = 40000,
        .destination_port = forwarded ? std::uint16_t{80 + kPorts - 1} : DockerHost::port(last),
        .ct = {.state = rules::CtState::new_}};
    for (auto _ : state) {
        for (const rules::BaseChain& chain : rules.base_chains()) {
            if (chain.hook == hook)
                benchmark::DoNotOptimize(rules.evaluate(chain, packet, surroundings));
        }
    }
    state.counters["rules"] = static_cast<double>(rules.size());
}

BENCHMARK(load)->Arg(10)->Arg(100)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(with, iptables_legacy, model::XtablesBackend::legacy)
    ->Arg(10)
    ->Arg(100)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(with, iptables_nft, model::XtablesBackend::nft)
    ->Arg(10)
    ->Arg(100)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(evaluate, forward, rules::Hook::forward)->Arg(1)->Arg(10)->Arg(100)->Arg(1000);
BENCHMARK_CAPTURE(evaluate, prerouting, rules::Hook::prerouting)
    ->Arg(1)
    ->Arg(10)
    ->Arg(100)
    ->Arg(1000);

} // namespace
