#include "model/firewall.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace onlan::model {

std::string xtables_program(XtablesBackend backend, net::Family family)
{
    return fmt::format("{}-{}", family == net::Family::ipv4 ? "iptables" : "ip6tables",
                       backend == XtablesBackend::nft ? "nft" : "legacy");
}

std::string_view comment_of(const std::vector<std::string>& rule)
{
    const auto flag = std::ranges::find(rule, "--comment");
    return flag == rule.end() || flag + 1 == rule.end() ? std::string_view{} : *(flag + 1);
}

bool is_of_iptables(const NftBaseChain& chain)
{
    constexpr std::array<std::string_view, 5> kIptablesTables = {"filter", "nat", "mangle", "raw",
                                                                 "security"};
    return (chain.family == "ip" || chain.family == "ip6") &&
           std::ranges::find(kIptablesTables, chain.table) != kIptablesTables.end();
}

const XtablesChain* XtablesRuleset::find_chain(std::string_view table, std::string_view chain) const
{
    const auto in_table = tables.find(std::string(table));
    if (in_table == tables.end())
        return nullptr;
    const auto found = in_table->second.find(std::string(chain));
    return found == in_table->second.end() ? nullptr : &*found->second;
}

} // namespace onlan::model
