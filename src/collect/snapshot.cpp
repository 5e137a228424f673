#include "collect/snapshot.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include <linux/netlink.h>
#include <sys/utsname.h>

#include "collect/docker.hpp"
#include "collect/namespaces.hpp"
#include "collect/netns.hpp"
#include "kernel/features.hpp"
#include "kernel/netns.hpp"
#include "kernel/netns_ids.hpp"

namespace onlan::collect {
namespace {

using Inode = std::uint64_t;

void collect_engine(model::Snapshot& snapshot, const std::string& docker_host)
{
    const auto collected = [&]() -> Result<model::DockerEngine> {
        ONLAN_TRY(const io::DockerApi docker, io::DockerApi::open(docker_host));
        ONLAN_TRY(model::DockerEngine engine, collect_docker(docker));
        ONLAN_CHECK(collect_container_pids(docker, engine));
        return engine;
    }();
    if (collected)
        snapshot.docker = *collected;
    else
        snapshot.docker_missing = collected.error().message;
}

// Which of the namespaces the numbers on this one's links mean. Those that are likely are asked for
// first: a container knows the host and nobody else.
Result<std::map<int, Inode>>
peers_of(const model::Netns& netns, const Namespaces& namespaces, const std::vector<Inode>& likely)
{
    std::set<int> wanted;
    for (const model::Link& link : netns.links) {
        if (link.peer_netnsid)
            wanted.insert(*link.peer_netnsid);
    }
    std::map<int, Inode> peers;
    if (wanted.empty())
        return peers;
    ONLAN_TRY(kernel::NetlinkSocket socket, kernel::NetlinkSocket::open(NETLINK_ROUTE));
    const auto ask_for = [&](Inode inode) -> Result<> {
        const auto other = kernel::NetnsHandle::open(namespaces.at(inode).path);
        if (!other || other->inode() != inode)
            return {}; // it has ended
        ONLAN_TRY(const auto id, kernel::netns_id(socket, *other));
        if (id && wanted.erase(*id) != 0)
            peers.emplace(*id, inode);
        return {};
    };
    for (const Inode inode : likely) {
        if (!wanted.empty())
            ONLAN_CHECK(ask_for(inode));
    }
    for (const auto& [inode, named] : namespaces) {
        if (!wanted.empty())
            ONLAN_CHECK(ask_for(inode));
    }
    return peers;
}

// Nothing for a namespace that has ended.
Result<std::optional<model::Netns>>
collect_one(Inode inode, const Namespaces& namespaces, const std::vector<Inode>& likely)
{
    const NamedNetns& named = namespaces.at(inode);
    const auto handle = kernel::NetnsHandle::open(named.path);
    if (!handle || handle->inode() != inode)
        return std::optional<model::Netns>{};
    return kernel::in_netns(*handle, [&]() -> Result<std::optional<model::Netns>> {
        ONLAN_TRY(model::Netns netns, collect_netns());
        netns.name = named.name;
        netns.inode = inode;
        ONLAN_TRY(netns.peers, peers_of(netns, namespaces, likely));
        return std::optional(std::move(netns));
    });
}

// Several namespaces at a time, for as long as new ones turn up.
class Walk {
public:
    Walk(const Namespaces& namespaces, const Progress& progress)
        : namespaces_(namespaces), progress_(progress)
    {}

    Result<std::vector<model::Netns>> from(std::vector<Inode> wave)
    {
        likely_ = {wave.front()};
        known_.insert(wave.begin(), wave.end());
        while (!wave.empty()) {
            ONLAN_TRY(auto collected, collect(wave));
            wave.clear();
            for (auto& netns : collected) {
                if (!netns)
                    continue;
                for (const auto& [id, inode] : netns->peers) {
                    if (known_.insert(inode).second)
                        wave.push_back(inode);
                }
                found_.push_back(*std::move(netns));
            }
        }
        return std::move(found_);
    }

private:
    using Collected = std::vector<std::optional<model::Netns>>;

    Result<Collected> collect(const std::vector<Inode>& wave)
    {
        Collected collected(wave.size());
        std::optional<Error> problem;
        std::atomic<std::size_t> next = 0;
        std::mutex one_at_a_time;
        const auto work = [&] {
            for (std::size_t i = next++; i < wave.size(); i = next++) {
                auto netns = collect_one(wave[i], namespaces_, likely_);
                const std::scoped_lock lock(one_at_a_time);
                if (netns)
                    collected[i] = *std::move(netns);
                else if (!problem)
                    problem = std::move(netns).error().within(namespaces_.at(wave[i]).name);
                progress_(++done_, known_.size());
            }
        };
        {
            std::vector<std::jthread> workers(
                std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, wave.size()));
            for (std::jthread& worker : workers)
                worker = std::jthread(work);
        }
        if (problem)
            return Failure{*std::move(problem)};
        return collected;
    }

    const Namespaces& namespaces_;
    const Progress& progress_;
    std::vector<Inode> likely_;
    std::set<Inode> known_;
    std::size_t done_ = 0;
    std::vector<model::Netns> found_;
};

void name_programs(std::vector<model::Netns>& namespaces, const std::vector<Process>& processes)
{
    const auto programs = programs_by_socket(processes);
    for (model::Netns& netns : namespaces) {
        for (model::Socket& socket : netns.sockets) {
            const auto program = programs.find(socket.inode);
            if (program != programs.end())
                socket.program = program->second;
        }
    }
}

} // namespace

Result<model::Snapshot> collect_snapshot(const std::string& docker_host, const Progress& progress)
{
    model::Snapshot snapshot;
    utsname system{};
    ::uname(&system);
    snapshot.kernel = system.release;
    snapshot.features = kernel::probe_features();
    collect_engine(snapshot, docker_host);

    const std::vector<Process> processes = list_processes();
    const model::DockerEngine* engine = snapshot.docker ? &*snapshot.docker : nullptr;
    ONLAN_TRY(const Namespaces namespaces, find_namespaces(processes, engine));
    const auto host =
        std::ranges::find(namespaces, "host", [](const auto& one) { return one.second.name; });
    std::vector<Inode> wave = {host->first};
    for (const auto& [inode, named] : namespaces) {
        if (named.of_container)
            wave.push_back(inode);
    }
    ONLAN_TRY(snapshot.namespaces, Walk(namespaces, progress).from(std::move(wave)));
    name_programs(snapshot.namespaces, processes);
    if (snapshot.docker)
        snapshot.docker->proxies = docker_proxies(processes);
    return snapshot;
}

} // namespace onlan::collect
