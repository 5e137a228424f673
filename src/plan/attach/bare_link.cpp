#include "plan/attach/bare_link.hpp"

#include "plan/names.hpp"

namespace onlan::plan {

std::vector<Change> without_ipv6(const std::string& link, const model::Host& host)
{
    const std::string before(host.netns.sysctl("net.ipv6.conf.default.disable_ipv6"));
    if (before.empty())
        return {};
    return {SetSysctl{
        .name = interface_sysctl("ipv6", link, "disable_ipv6"), .value = "1", .previous = before}};
}

SetSysctl without_arp(const std::string& link)
{
    return {.name = interface_sysctl("ipv4", link, "arp_ignore"), .value = "8", .previous = "0"};
}

} // namespace onlan::plan
