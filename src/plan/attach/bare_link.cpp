#include "plan/attach/bare_link.hpp"

#include "model/sysctls.hpp"

namespace onlan::plan {

std::vector<Change> without_ipv6(const std::string& link, const model::Host& host)
{
    constexpr model::SysctlRef kDisableIpv6 = model::kIpv6Conf["disable_ipv6"];
    const std::string before(host.netns.sysctl(kDisableIpv6, "default"));
    if (before.empty())
        return {};
    return {SetSysctl{.name = kDisableIpv6.name(link), .value = "1", .previous = before}};
}

SetSysctl without_arp(const std::string& link)
{
    return {.name = model::kIpv4Conf["arp_ignore"].name(link), .value = "8", .previous = "0"};
}

} // namespace onlan::plan
