// What explaining a flow costs on a Docker host, and how that grows with its rules and containers.
// A flow is a whole TCP exchange with a published port: handshake, request, answer, close. Times
// are those of the processor, so that a busy machine tells the same.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include <time.h>

#include "docker_host.hpp"
#include "simulate/explain.hpp"

namespace {

using namespace onlan;
using bench::DockerHost;
using bench::Neighbours;
using bench::Size;
using simulate::Recording;

double seconds_of(clockid_t clock)
{
    timespec now{};
    clock_gettime(clock, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// Of this thread.
double now()
{
    return seconds_of(CLOCK_THREAD_CPUTIME_ID);
}

struct Bench {
    DockerHost host;
    simulate::World world;

    Bench(Size size, Neighbours neighbours) : host(size, neighbours), world(host.world()) {}

    // Flow `number` of all: from the machine on the LAN to one published port after the other.
    [[nodiscard]] simulate::Flow flow(unsigned number) const
    {
        return {.from = "lan",
                .to = DockerHost::address(),
                .port = DockerHost::port(number % host.ports())};
    }
    template <typename Explain>
    [[nodiscard]] double microseconds(Explain explain) const
    {
        constexpr double kLongEnough = 0.3;
        constexpr unsigned kStride = 7919; // prime: no order that caches could learn
        unsigned flows = 0;
        const double begin = now();
        while (now() - begin < kLongEnough)
            explain(flow(flows++ * kStride));
        return (now() - begin) / flows * 1e6;
    }
};

void expect_delivered(model::Outcome outcome)
{
    if (outcome != model::Outcome::delivered) {
        std::fputs("a flow was not delivered: the benchmark is wrong\n", stderr);
        std::abort();
    }
}

const char* word(Neighbours neighbours)
{
    return neighbours == Neighbours::known ? "known" : "unknown";
}

void print_row(const Size& size, Neighbours neighbours)
{
    const double begin = now();
    const Bench bench(size, neighbours);
    const double load = now() - begin;
    const auto follow = [&](Recording recording) {
        return bench.microseconds([&](const simulate::Flow& flow) {
            expect_delivered(simulate::follow(bench.world, flow, recording).outcome);
        });
    };
    const double told = bench.microseconds([&](const simulate::Flow& flow) {
        expect_delivered(simulate::explain(bench.world, flow).outcome);
    });
    std::printf("%7u %10u  %-10s %9.1f %9.1f %9.1f %9.1f\n", size.rules, size.containers,
                word(neighbours), follow(Recording::off), follow(Recording::on), told, load * 1e3);
}

// Processor seconds of the busiest thread.
double all_flows(const Bench& bench, unsigned flows, unsigned threads)
{
    std::vector<double> seconds(threads);
    std::vector<std::thread> workers;
    for (unsigned worker = 0; worker < threads; ++worker)
        workers.emplace_back([&, worker] {
            for (unsigned number = worker; number < flows; number += threads)
                expect_delivered(
                    simulate::follow(bench.world, bench.flow(number), Recording::off).outcome);
            seconds[worker] = now();
        });
    for (std::thread& worker : workers)
        worker.join();
    return *std::max_element(seconds.begin(), seconds.end());
}

// So many changes of one rule, each tried alone with a flow of its own.
void print_tries(unsigned tries)
{
    const Bench bench({}, Neighbours::known);
    double begin = now();
    for (unsigned number = 0; number < tries; ++number) {
        model::Netns changed = bench.host.netns();
        auto& forward = changed.xtables.front().tables["filter"]["FORWARD"].edit().rules;
        forward.insert(forward.begin(), {.words = {"-p", "tcp", "-m", "tcp", "--dport",
                                                   std::to_string(number), "-j", "ACCEPT"}});
        const simulate::World world = bench.world.with(changed).value();
        expect_delivered(simulate::follow(world, bench.flow(number), Recording::off).outcome);
    }
    const double tried = now() - begin;
    begin = now();
    static_cast<void>(bench.host.world());
    std::printf("%u changes of one rule tried: %.2f ms each; a world made anew: %.2f ms\n", tries,
                tried / tries * 1e3, (now() - begin) * 1e3);
}

} // namespace

int main(int argc, char** argv)
{
    constexpr unsigned kMillion = 1000000;
    const unsigned flows =
        argc > 1 ? static_cast<unsigned>(std::strtoul(argv[1], nullptr, 10)) : kMillion;
    std::puts("                                  us a flow:                     ms:\n"
              "  rules containers  neighbours   outcome  recorded  in words    loaded");
    for (const Neighbours neighbours : {Neighbours::known, Neighbours::unknown})
        print_row({}, neighbours);
    for (const unsigned rules : {10U, 100U, 1000U, 10000U})
        print_row({.containers = 100, .rules = rules}, Neighbours::unknown);
    for (const unsigned containers : {10U, 100U, 1000U})
        print_row({.containers = containers, .rules = 2000}, Neighbours::unknown);
    constexpr unsigned kThreads = 2;
    for (const Neighbours neighbours : {Neighbours::known, Neighbours::unknown})
        std::printf("%u flows on %u threads, neighbours %s: %.1f s\n", flows, kThreads,
                    word(neighbours), all_flows(Bench({}, neighbours), flows, kThreads));
    print_tries(1000);
}
