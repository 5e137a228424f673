#include "model/netns.hpp"

#include <algorithm>

namespace onlan::model {
namespace {

std::string_view value_of(const std::map<std::string, std::string>& sysctls,
                          const std::string& name)
{
    const auto found = sysctls.find(name);
    return found == sysctls.end() ? std::string_view{} : std::string_view{found->second};
}

} // namespace

const Link* Netns::find_link(std::string_view link_name) const
{
    const auto found = std::ranges::find(links, link_name, &Link::name);
    return found == links.end() ? nullptr : &*found;
}

const Link* Netns::find_link(int index) const
{
    const auto found = std::ranges::find(links, index, &Link::index);
    return found == links.end() ? nullptr : &*found;
}

bool Netns::has_address(const net::IpAddress& address) const
{
    return std::ranges::any_of(addresses,
                               [&](const Address& own) { return own.local.address == address; });
}

const XtablesRuleset* Netns::find_xtables(XtablesBackend backend, net::Family family) const
{
    const auto found = std::ranges::find_if(xtables, [&](const XtablesRuleset& ruleset) {
        return ruleset.backend == backend && ruleset.family == family;
    });
    return found == xtables.end() ? nullptr : &*found;
}

std::string_view Netns::sysctl(const SysctlRef& sysctl) const
{
    return value_of(sysctls, sysctl.name());
}

std::string_view Netns::sysctl(const SysctlRef& sysctl, std::string_view device) const
{
    return value_of(sysctls, sysctl.name(device));
}

bool Netns::calls_netfilter(const Link& link, net::Family family) const
{
    const NfCall own = link.bridge ? link.bridge->nf_call : NfCall{};
    return family == net::Family::ipv4
               ? own.iptables || sysctl(kBridgeSysctls["bridge-nf-call-iptables"]) == "1"
               : own.ip6tables || sysctl(kBridgeSysctls["bridge-nf-call-ip6tables"]) == "1";
}

} // namespace onlan::model
