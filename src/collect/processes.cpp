#include "collect/processes.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

#include <netinet/in.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/number.hpp"

namespace onlan::collect {
namespace {

constexpr std::string_view kProxy = "docker-proxy";

std::uint8_t protocol_number(std::string_view name)
{
    if (name == "udp")
        return IPPROTO_UDP;
    return name == "sctp" ? IPPROTO_SCTP : IPPROTO_TCP;
}

std::string file_of(int pid, std::string_view name)
{
    return fmt::format("/proc/{}/{}", pid, name);
}

// Calls `visit` with the name of everything in a folder that can be looked into.
template <typename Visit>
void for_each_entry(const std::string& folder, Visit visit)
{
    std::error_code error;
    for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end;
         at.increment(error))
        visit(at->path().filename().string());
}

// What the descriptor is of: "socket:[4711]".
std::optional<std::uint64_t> socket_inode(const std::string& descriptor)
{
    constexpr std::string_view kStart = "socket:[";
    std::array<char, 64> target{};
    const auto size = ::readlink(descriptor.c_str(), target.data(), target.size());
    const std::string_view text(target.data(),
                                static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    if (!text.starts_with(kStart) || !text.ends_with(']'))
        return {};
    return parse_number<std::uint64_t>(text.substr(kStart.size(), text.size() - kStart.size() - 1));
}

} // namespace

std::vector<Process> list_processes()
{
    std::vector<Process> processes;
    for_each_entry("/proc", [&](const std::string& name) {
        const auto pid = parse_number<int>(name);
        struct stat netns{};
        if (!pid || ::stat(file_of(*pid, "ns/net").c_str(), &netns) < 0)
            return;
        std::string program = read_file(file_of(*pid, "comm")).value_or(std::string{});
        program.erase(program.find_last_not_of('\n') + 1);
        processes.push_back({.pid = *pid, .netns = netns.st_ino, .program = std::move(program)});
    });
    std::ranges::sort(processes, {}, &Process::pid);
    return processes;
}

std::unordered_map<std::uint64_t, std::string>
programs_by_socket(const std::vector<Process>& processes)
{
    std::unordered_map<std::uint64_t, std::string> programs;
    for (const Process& process : processes) {
        const std::string folder = file_of(process.pid, "fd");
        for_each_entry(folder, [&](const std::string& name) {
            if (const auto inode = socket_inode(fmt::format("{}/{}", folder, name)))
                programs.emplace(*inode, process.program);
        });
    }
    return programs;
}

std::vector<model::DockerProxy> docker_proxies(const std::vector<Process>& processes,
                                               std::uint64_t netns)
{
    std::vector<model::DockerProxy> proxies;
    for (const Process& process : processes) {
        if (process.program != kProxy || process.netns != netns)
            continue;
        const auto words = read_file(file_of(process.pid, "cmdline"));
        auto proxy = words ? docker_proxy_from_command_line(*words) : std::nullopt;
        if (proxy) {
            proxy->pid = process.pid;
            proxies.push_back(*proxy);
        }
    }
    return proxies;
}

std::optional<model::DockerProxy> docker_proxy_from_command_line(std::string_view words)
{
    const auto next = [&words] {
        const std::string_view word = words.substr(0, words.find('\0'));
        words.remove_prefix(std::min(word.size() + 1, words.size()));
        return word;
    };
    if (!next().ends_with(kProxy))
        return {};
    model::DockerProxy proxy;
    while (!words.empty()) {
        const std::string_view option = next();
        if (option == "-proto") {
            proxy.protocol = protocol_number(next());
        } else if (option == "-host-ip")
            proxy.host_address = net::IpAddress::parse(next()).value_or(proxy.host_address);
        else if (option == "-container-ip")
            proxy.container_address =
                net::IpAddress::parse(next()).value_or(proxy.container_address);
        else if (option == "-host-port")
            proxy.host_port = parse_number<std::uint16_t>(next()).value_or(0);
        else if (option == "-container-port")
            proxy.container_port = parse_number<std::uint16_t>(next()).value_or(0);
    }
    return proxy.host_port != 0 ? std::optional(proxy) : std::nullopt;
}

} // namespace onlan::collect
