#include "model/netns.hpp"

#include <algorithm>

namespace onlan::model {

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

const XtablesRuleset* Netns::find_xtables(XtablesBackend backend, net::Family family) const
{
    const auto found = std::ranges::find_if(xtables, [&](const XtablesRuleset& ruleset) {
        return ruleset.backend == backend && ruleset.family == family;
    });
    return found == xtables.end() ? nullptr : &*found;
}

std::string_view Netns::sysctl(std::string_view key) const
{
    const auto found = sysctls.find(std::string(key));
    return found == sysctls.end() ? std::string_view{} : std::string_view{found->second};
}

bool Netns::calls_netfilter(const Link& link, net::Family family) const
{
    const NfCall own = link.bridge ? link.bridge->nf_call : NfCall{};
    return family == net::Family::ipv4
               ? own.iptables || sysctl("net.bridge.bridge-nf-call-iptables") == "1"
               : own.ip6tables || sysctl("net.bridge.bridge-nf-call-ip6tables") == "1";
}

} // namespace onlan::model
