#include "collect/snapshot.hpp"

#include <algorithm>
#include <condition_variable>
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
#include "kernel/rtnetlink_dump.hpp"

namespace onlan::collect {
namespace {

using Inode = std::uint64_t;

Result<model::DockerEngine> collect_engine(const std::string& docker_host)
{
    ONLAN_TRY(const io::DockerApi docker, io::DockerApi::open(docker_host));
    ONLAN_TRY(model::DockerEngine engine, collect_docker(docker));
    ONLAN_CHECK(collect_container_pids(docker, engine));
    return engine;
}

// Which of the namespaces the numbers on these links mean in the socket's one. The likely one is
// asked for first: a container knows the host and nobody else.
Result<std::map<int, Inode>> find_peers(kernel::NetlinkSocket& socket,
                                        const std::vector<model::Link>& links,
                                        const Namespaces& namespaces,
                                        Inode likely)
{
    std::set<int> wanted;
    for (const model::Link& link : links) {
        if (link.peer_netnsid)
            wanted.insert(*link.peer_netnsid);
    }
    std::map<int, Inode> peers;
    const auto ask_for = [&](Inode inode) -> Result<> {
        const auto other = kernel::NetnsHandle::open(namespaces.at(inode).path);
        if (!other || other->inode() != inode)
            return {}; // it has ended
        ONLAN_TRY(const auto id, kernel::netns_id(socket, *other));
        if (id && wanted.erase(*id) != 0)
            peers.emplace(*id, inode);
        return {};
    };
    if (!wanted.empty())
        ONLAN_CHECK(ask_for(likely));
    for (const auto& [inode, named] : namespaces) {
        if (wanted.empty())
            break;
        ONLAN_CHECK(ask_for(inode));
    }
    return peers;
}

// Several namespaces at a time, for as long as new ones turn up: a namespace's peers are known
// before the rest of it is read.
class Walk {
public:
    Walk(const Namespaces& namespaces, const Progress& progress)
        : namespaces_(namespaces), progress_(progress)
    {}

    // In the order in which they were come to, so that the host is the first.
    Result<std::vector<model::Netns>> from(const std::vector<Inode>& start)
    {
        for (const Inode inode : start)
            come_to(inode);
        do {
            std::vector<std::jthread> workers(
                std::max<std::size_t>(std::thread::hardware_concurrency(), 1));
            for (std::jthread& worker : workers)
                worker = std::jthread([this] { work(); });
        } while (!problem_ && come_to_those_above());
        if (problem_)
            return Failure{*std::move(problem_)};
        std::vector<model::Netns> found;
        for (auto& netns : collected_) {
            if (netns)
                found.push_back(*std::move(netns));
        }
        return found;
    }

private:
    void come_to(Inode inode)
    {
        if (known_.insert(inode).second)
            order_.push_back(inode);
    }

    // A macvlan tells which device it is on, and the device does not tell of its macvlans: those to
    // whom nobody has led are asked whom they know. True: there is more to read.
    bool come_to_those_above()
    {
        const std::size_t before = order_.size();
        for (const auto& [inode, named] : namespaces_) {
            if (known_.contains(inode))
                continue;
            const auto [peers, first] = peers_of_others_.try_emplace(inode);
            if (first)
                peers->second = peers_of(inode);
            if (std::ranges::any_of(peers->second,
                                    [&](const auto& peer) { return known_.contains(peer.second); }))
                come_to(inode);
        }
        return order_.size() != before;
    }
    // Nothing for one that cannot be asked: it is not known to be within reach.
    [[nodiscard]] std::map<int, Inode> peers_of(Inode inode) const
    {
        const auto handle = kernel::NetnsHandle::open(namespaces_.at(inode).path);
        if (!handle || handle->inode() != inode)
            return {};
        auto peers = kernel::in_netns(*handle, [&]() -> Result<std::map<int, Inode>> {
            ONLAN_TRY(kernel::NetlinkSocket socket, kernel::NetlinkSocket::open(NETLINK_ROUTE));
            ONLAN_TRY(const auto links, kernel::dump_links(socket));
            return find_peers(socket, links, namespaces_, order_.front());
        });
        return peers ? *std::move(peers) : std::map<int, Inode>{};
    }

    void work()
    {
        std::unique_lock lock(mutex_);
        for (;;) {
            something_new_.wait(lock, [&] { return next_ < order_.size() || busy_ == 0; });
            if (next_ == order_.size())
                break;
            const std::size_t place = next_++;
            const Inode inode = order_[place];
            ++busy_;
            lock.unlock();
            auto netns = collect(inode);
            lock.lock();
            --busy_;
            collected_.resize(order_.size());
            if (netns)
                collected_[place] = *std::move(netns);
            else if (!problem_)
                problem_ = std::move(netns).error().within(namespaces_.at(inode).name);
            progress_(++done_, order_.size());
            something_new_.notify_all();
        }
    }

    // Nothing for a namespace that has ended.
    Result<std::optional<model::Netns>> collect(Inode inode)
    {
        const NamedNetns& named = namespaces_.at(inode);
        const auto handle = kernel::NetnsHandle::open(named.path);
        if (!handle || handle->inode() != inode)
            return std::optional<model::Netns>{};
        return kernel::in_netns(*handle, [&]() -> Result<std::optional<model::Netns>> {
            ONLAN_TRY(kernel::NetlinkSocket socket, kernel::NetlinkSocket::open(NETLINK_ROUTE));
            ONLAN_TRY(auto links, kernel::dump_links(socket));
            ONLAN_TRY(auto peers, find_peers(socket, links, namespaces_, host()));
            go_on_to(peers);
            ONLAN_TRY(model::Netns netns, collect_netns(socket, std::move(links)));
            netns.name = named.name;
            netns.inode = inode;
            netns.peers = std::move(peers);
            return std::optional(std::move(netns));
        });
    }

    Inode host()
    {
        const std::scoped_lock lock(mutex_);
        return order_.front();
    }
    void go_on_to(const std::map<int, Inode>& peers)
    {
        const std::scoped_lock lock(mutex_);
        for (const auto& [id, inode] : peers)
            come_to(inode);
        something_new_.notify_all();
    }

    const Namespaces& namespaces_;
    const Progress& progress_;
    std::mutex mutex_; // of all below
    std::condition_variable something_new_;
    std::vector<Inode> order_;
    std::set<Inode> known_; // those in `order_`
    std::size_t next_ = 0;  // into `order_`: the first that nobody has begun with
    std::size_t busy_ = 0;
    std::size_t done_ = 0;
    std::vector<std::optional<model::Netns>> collected_; // in the places of `order_`
    std::optional<Error> problem_;
    // Of the namespaces that are not known, while nobody works.
    std::map<Inode, std::map<int, Inode>> peers_of_others_;
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

void tell_of_ebtables(model::Snapshot& snapshot)
{
    const auto ebtables = snapshot.features.find("ebtables");
    if (ebtables != snapshot.features.end() && !ebtables->second)
        return;
    for (model::Netns& netns : snapshot.namespaces)
        netns.unread.emplace_back("rules of ebtables-legacy, if there are any: looking would "
                                  "create their tables and hooks");
}

} // namespace

Result<model::Snapshot> collect_snapshot(const std::string& docker_host, const Progress& progress)
{
    model::Snapshot snapshot;
    utsname system{};
    ::uname(&system);
    snapshot.kernel = system.release;
    snapshot.features = kernel::probe_features();
    keep_engine(collect_engine(docker_host), snapshot);

    const std::vector<Process> processes = list_processes();
    const model::DockerEngine* engine = snapshot.docker ? &*snapshot.docker : nullptr;
    ONLAN_TRY(const Namespaces namespaces, find_namespaces(processes, engine));
    const auto host =
        std::ranges::find(namespaces, "host", [](const auto& one) { return one.second.name; });
    std::vector<Inode> start = {host->first};
    for (const auto& [inode, named] : namespaces) {
        if (named.of_container)
            start.push_back(inode);
    }
    ONLAN_TRY(snapshot.namespaces, Walk(namespaces, progress).from(start));
    name_programs(snapshot.namespaces, processes);
    tell_of_ebtables(snapshot);
    if (snapshot.docker)
        snapshot.docker->proxies = docker_proxies(processes, snapshot.namespaces.front().inode);
    return snapshot;
}

} // namespace onlan::collect
