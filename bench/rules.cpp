#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "model/netns.hpp"
#include "rules/rule_set.hpp"

// What one question to the rules of a Docker host costs, by the number of its containers.
namespace {

using namespace onlan;

net::IpAddress ip(const std::string& text)
{
    return net::IpAddress::parse(text).value();
}

class Host final : public rules::Surroundings {
public:
    [[nodiscard]] std::uint8_t address_type(const net::IpAddress& address,
                                            const model::Link* /*link*/) const override
    {
        constexpr std::uint8_t kUnicast = 1;
        constexpr std::uint8_t kLocal = 2;
        return address == own ? kLocal : kUnicast;
    }
    [[nodiscard]] const model::Link* reverse_device(const rules::PacketView& /*packet*/,
                                                    bool /*use_mark*/) const override
    {
        return nullptr;
    }
    net::IpAddress own = ip("203.0.113.5");
};

std::string address_of(long container)
{
    return fmt::format("172.17.{}.{}", container / 250, container % 250 + 2);
}

// As Docker 28 writes them: for each container ten published ports, each a rule of both tables.
model::Netns docker_host(long containers)
{
    const auto words = [](std::initializer_list<std::string> all) {
        return std::vector<std::string>(all);
    };
    model::XtablesRuleset ruleset{.backend = model::XtablesBackend::legacy};
    auto& filter = ruleset.tables["filter"];
    filter["FORWARD"] = {.policy = "DROP"};
    filter["FORWARD"].rules.push_back({words(
        {"-o", "docker0", "-m", "conntrack", "--ctstate", "RELATED,ESTABLISHED", "-j", "ACCEPT"})});
    filter["FORWARD"].rules.push_back({words({"-o", "docker0", "-j", "DOCKER"})});
    filter["DOCKER"] = {.policy = "-"};
    auto& nat = ruleset.tables["nat"];
    nat["PREROUTING"] = {.policy = "ACCEPT"};
    nat["PREROUTING"].rules.push_back(
        {words({"-m", "addrtype", "--dst-type", "LOCAL", "-j", "DOCKER"})});
    nat["DOCKER"] = {.policy = "-"};
    constexpr long kPorts = 10;
    for (long at = 0; at < containers * kPorts; ++at) {
        const std::string address = address_of(at / kPorts);
        const std::string port = std::to_string(80 + at % kPorts);
        filter["DOCKER"].rules.push_back(
            {words({"-d", address + "/32", "!", "-i", "docker0", "-o", "docker0", "-p", "tcp", "-m",
                    "tcp", "--dport", port, "-j", "ACCEPT"})});
        nat["DOCKER"].rules.push_back({words({"!", "-i", "docker0", "-p", "tcp", "-m", "tcp",
                                              "--dport", std::to_string(10000 + at), "-j", "DNAT",
                                              "--to-destination", address + ":" + port})});
    }
    model::Netns host;
    host.xtables.push_back(std::move(ruleset));
    return host;
}

void load(benchmark::State& state)
{
    const model::Netns host = docker_host(state.range(0));
    for (auto _ : state)
        benchmark::DoNotOptimize(rules::RuleSet::load(host));
}

// The last of all rules matches.
void evaluate(benchmark::State& state, rules::Hook hook)
{
    const rules::RuleSet rules = *rules::RuleSet::load(docker_host(state.range(0)));
    const model::Link eth0{.index = 2, .name = "eth0"};
    const model::Link docker0{.index = 3, .name = "docker0"};
    const Host host;
    const bool forwarded = hook == rules::Hook::forward;
    const rules::PacketView packet{
        .in = &eth0,
        .out = forwarded ? &docker0 : nullptr,
        .source = ip("198.51.100.7"),
        .destination = forwarded ? ip(address_of(state.range(0) - 1)) : host.own,
        .protocol = 6,
        .source_port = 40000,
        .destination_port =
            static_cast<std::uint16_t>(forwarded ? 89 : 10000 + state.range(0) * 10 - 1),
        .ct = {.state = rules::CtState::new_}};
    for (auto _ : state) {
        for (const rules::BaseChain& chain : rules.base_chains()) {
            if (chain.hook == hook)
                benchmark::DoNotOptimize(rules.evaluate(chain, packet, host));
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
