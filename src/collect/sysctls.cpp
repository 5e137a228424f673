#include "collect/sysctls.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "kernel/sysctl.hpp"
#include "model/link_switches.hpp"

namespace onlan::collect {
namespace {

constexpr std::array<std::string_view, 4> kOfNamespace = {
    "net.ipv4.ip_forward",
    "net.bridge.bridge-nf-call-iptables",
    "net.bridge.bridge-nf-call-ip6tables",
    "net.bridge.bridge-nf-call-arptables",
};

using Sysctls = std::map<std::string, std::string>;

Result<> read_into(Sysctls& sysctls, const std::string& name)
{
    auto value = kernel::read_sysctl(name);
    if (value)
        sysctls.emplace(name, *std::move(value));
    // The kernel was built without it, or the link has gone since it was listed.
    else if (value.error().code != std::errc::no_such_file_or_directory)
        return Failure{std::move(value).error()};
    return {};
}

Result<> read_link(Sysctls& sysctls, std::string link)
{
    // As sysctl(8) writes a dot in a name.
    std::ranges::replace(link, '.', '/');
    for (const std::string_view name : model::kIpv4Switches)
        ONLAN_CHECK(read_into(sysctls, fmt::format("net.ipv4.conf.{}.{}", link, name)));
    for (const std::string_view name : model::kIpv6Switches)
        ONLAN_CHECK(read_into(sysctls, fmt::format("net.ipv6.conf.{}.{}", link, name)));
    return {};
}

} // namespace

Result<Sysctls> collect_sysctls(const std::vector<model::Link>& links)
{
    Sysctls sysctls;
    for (const std::string_view name : kOfNamespace)
        ONLAN_CHECK(read_into(sysctls, std::string(name)));
    for (const char* common : {"all", "default"})
        ONLAN_CHECK(read_link(sysctls, common));
    for (const model::Link& link : links)
        ONLAN_CHECK(read_link(sysctls, link.name));
    return sysctls;
}

} // namespace onlan::collect
