#include "model/firewall.hpp"

#include <fmt/format.h>

namespace onlan::model {

std::string xtables_program(XtablesBackend backend, net::Family family)
{
    return fmt::format("{}-{}", family == net::Family::ipv4 ? "iptables" : "ip6tables",
                       backend == XtablesBackend::nft ? "nft" : "legacy");
}

const XtablesChain* XtablesRuleset::find_chain(std::string_view table, std::string_view chain) const
{
    const auto in_table = tables.find(std::string(table));
    if (in_table == tables.end())
        return nullptr;
    const auto found = in_table->second.find(std::string(chain));
    return found == in_table->second.end() ? nullptr : &found->second;
}

} // namespace onlan::model
