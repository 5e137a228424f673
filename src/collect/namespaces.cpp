#include "collect/namespaces.hpp"

#include <unistd.h>

#include <fmt/format.h>

#include "kernel/netns.hpp"

namespace onlan::collect {
namespace {

// Nothing for what has gone meanwhile, or is no namespace.
std::uint64_t inode_of(const std::filesystem::path& path)
{
    const auto netns = kernel::NetnsHandle::open(path);
    return netns ? netns->inode() : 0;
}

std::filesystem::path path_of(int pid)
{
    return fmt::format("/proc/{}/ns/net", pid);
}

void add(Namespaces& found, NamedNetns netns)
{
    if (const std::uint64_t inode = inode_of(netns.path); inode != 0)
        found.emplace(inode, std::move(netns));
}

} // namespace

Result<Namespaces> find_namespaces(const std::vector<Process>& processes,
                                   const model::DockerEngine* engine)
{
    Namespaces found;
    add(found, {.name = "host", .path = "/proc/thread-self/ns/net"});
    if (found.empty())
        return fail_errno("find this network namespace");
    // Other threads go by the path, so it cannot be this thread's own.
    found.begin()->second.path = fmt::format("/proc/{}/task/{}/ns/net", ::getpid(), ::gettid());
    if (engine != nullptr) {
        for (const model::DockerContainer& container : engine->containers) {
            if (container.pid != 0)
                add(found, {.name = "container:" + container.name,
                            .path = path_of(container.pid),
                            .of_container = true});
        }
    }
    std::error_code error;
    for (std::filesystem::directory_iterator at("/run/netns", error), end; !error && at != end;
         at.increment(error))
        add(found, {.name = "netns:" + at->path().filename().string(), .path = at->path()});
    for (const Process& process : processes) {
        if (!found.contains(process.netns))
            add(found, {.name = fmt::format("pid:{}", process.pid), .path = path_of(process.pid)});
    }
    return found;
}

} // namespace onlan::collect
