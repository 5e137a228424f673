#include "model/host.hpp"

#include <algorithm>

namespace onlan::model {

const Link* Host::find_link(std::string_view name) const
{
    const auto found = std::ranges::find(links, name, &Link::name);
    return found == links.end() ? nullptr : &*found;
}

const Link* Host::find_link(int index) const
{
    const auto found = std::ranges::find(links, index, &Link::index);
    return found == links.end() ? nullptr : &*found;
}

std::string_view Host::sysctl(std::string_view name) const
{
    const auto found = sysctls.find(std::string(name));
    return found == sysctls.end() ? std::string_view{} : std::string_view{found->second};
}

bool Host::calls_netfilter(const Link& bridge, net::Family family) const
{
    const NfCall own = bridge.bridge ? bridge.bridge->nf_call : NfCall{};
    return family == net::Family::ipv4
               ? own.iptables || sysctl("net.bridge.bridge-nf-call-iptables") == "1"
               : own.ip6tables || sysctl("net.bridge.bridge-nf-call-ip6tables") == "1";
}

} // namespace onlan::model
