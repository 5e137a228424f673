#include "collect/sysctls.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "kernel/sysctl.hpp"
#include "model/link_switches.hpp"

namespace onlan::collect {
namespace {

constexpr std::array<std::string_view, 21> kOfIpv4 = {"ip_forward",
                                                      "ip_default_ttl",
                                                      "ip_early_demux",
                                                      "ip_forward_use_pmtu",
                                                      "ip_local_port_range",
                                                      "ip_local_reserved_ports",
                                                      "ip_nonlocal_bind",
                                                      "fib_multipath_hash_policy",
                                                      "fib_multipath_use_neigh",
                                                      "fwmark_reflect",
                                                      "tcp_fwmark_accept",
                                                      "tcp_l3mdev_accept",
                                                      "udp_l3mdev_accept",
                                                      "tcp_early_demux",
                                                      "tcp_synack_retries",
                                                      "udp_early_demux",
                                                      "icmp_echo_ignore_all",
                                                      "icmp_echo_ignore_broadcasts",
                                                      "icmp_errors_use_inbound_ifaddr",
                                                      "icmp_ratelimit",
                                                      "icmp_ratemask"};

constexpr std::array<std::string_view, 4> kOfIpv6 = {"bindv6only", "fib_multipath_hash_policy",
                                                     "fwmark_reflect", "ip_nonlocal_bind"};

constexpr std::array<std::string_view, 2> kOfIcmpv6 = {"echo_ignore_all", "ratelimit"};

constexpr std::array<std::string_view, 1> kOfNeighbours = {"proxy_delay"};

// Of these all that the kernel has: some come with a module, and the time-outs with a protocol.
constexpr std::array kWhole = {"net.bridge", "net.netfilter"};

using Sysctls = std::map<std::string, std::string>;

bool is_missing(const Error& error)
{
    return error.code == std::errc::no_such_file_or_directory;
}

// What stands in one folder of /proc/sys goes to `sysctls` under its full name.
class Reader {
public:
    Reader(Sysctls& sysctls, const kernel::SysctlFolder& folder, std::string prefix)
        : sysctls_(sysctls), folder_(folder), prefix_(std::move(prefix))
    {}

    template <typename Files>
    [[nodiscard]] Result<> read(const Files& files) const
    {
        for (const auto& file : files) {
            auto value = folder_.read(std::string(file));
            if (value)
                sysctls_.emplace(fmt::format("{}.{}", prefix_, file), *std::move(value));
            // The kernel was built without it, or the link has gone since it was listed. A few can
            // only be written.
            else if (!is_missing(value.error()) &&
                     value.error().code != std::errc::permission_denied)
                return Failure{std::move(value).error()};
        }
        return {};
    }
    [[nodiscard]] Result<> read_all() const
    {
        ONLAN_TRY(const auto files, folder_.files());
        return read(files);
    }
    // Of one link, or of all.
    template <typename Files>
    [[nodiscard]] Result<> read_link(const std::string& link, const Files& files) const
    {
        const auto folder = folder_.folder(link);
        if (!folder)
            return is_missing(folder.error()) ? Result<>{} : Failure{folder.error()};
        // As sysctl(8) writes a dot in a name.
        std::string name = link;
        std::ranges::replace(name, '.', '/');
        return Reader(sysctls_, *folder, fmt::format("{}.{}", prefix_, name)).read(files);
    }

private:
    Sysctls& sysctls_;
    const kernel::SysctlFolder& folder_;
    std::string prefix_;
};

// Opens a folder that the kernel may not have, and hands a reader of it to `read`.
template <typename Read>
Result<> in_folder(Sysctls& sysctls, const char* name, Read read)
{
    const auto folder = kernel::SysctlFolder::open(name);
    if (!folder)
        return is_missing(folder.error()) ? Result<>{} : Failure{folder.error()};
    return read(Reader(sysctls, *folder, name));
}

template <typename Files>
Result<> read_links(Sysctls& sysctls,
                    const char* folder,
                    const std::vector<model::Link>& links,
                    const Files& files)
{
    return in_folder(sysctls, folder, [&](const Reader& reader) -> Result<> {
        for (const char* common : {"all", "default"})
            ONLAN_CHECK(reader.read_link(common, files));
        for (const model::Link& link : links)
            ONLAN_CHECK(reader.read_link(link.name, files));
        return {};
    });
}

} // namespace

Result<Sysctls> collect_sysctls(const std::vector<model::Link>& links)
{
    Sysctls sysctls;
    const auto listed = [&](const char* folder, const auto& files) {
        return in_folder(sysctls, folder, [&](const Reader& reader) { return reader.read(files); });
    };
    ONLAN_CHECK(listed("net.ipv4", kOfIpv4));
    ONLAN_CHECK(listed("net.ipv6", kOfIpv6));
    ONLAN_CHECK(listed("net.ipv6.icmp", kOfIcmpv6));
    for (const char* folder : kWhole)
        ONLAN_CHECK(
            in_folder(sysctls, folder, [](const Reader& reader) { return reader.read_all(); }));
    ONLAN_CHECK(read_links(sysctls, "net.ipv4.conf", links, model::kIpv4Switches));
    ONLAN_CHECK(read_links(sysctls, "net.ipv6.conf", links, model::kIpv6Switches));
    ONLAN_CHECK(read_links(sysctls, "net.ipv4.neigh", links, kOfNeighbours));
    return sysctls;
}

} // namespace onlan::collect
