#include <benchmark/benchmark.h>

#include "docker_host.hpp"
#include "rules/rule_set.hpp"

// What one question to the rules of a Docker host costs, by the number of its containers.
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
BENCHMARK_CAPTURE(evaluate, forward, rules::Hook::forward)->Arg(1)->Arg(10)->Arg(100)->Arg(1000);
BENCHMARK_CAPTURE(evaluate, prerouting, rules::Hook::prerouting)
    ->Arg(1)
    ->Arg(10)
    ->Arg(100)
    ->Arg(1000);

} // namespace
