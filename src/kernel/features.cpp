#include "kernel/features.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "base/file.hpp"
#include "kernel/sysctl.hpp"
#include "model/sysctls.hpp"

namespace onlan::kernel {
namespace {

// A function whose presence tells how its subsystem behaves. That it is absent means something only
// where `beside`, which every version of the subsystem has, is there, and where the compiler could
// not have put it into its caller.
enum class Absence : std::uint8_t { tells, may_be_inlined };
struct Symbol {
    std::string_view feature;
    std::string_view function;
    std::string_view beside;
    Absence absence = Absence::tells;
};
constexpr std::array<Symbol, 8> kSymbols = {{
    // One hook at priority 0 for IP and ARP frames, instead of two at -1 and 0.
    {"br_nf_forward", "br_nf_forward", "br_nf_pre_routing"},
    {"br_nf_local_in", "br_nf_local_in", "br_nf_pre_routing"},
    {"nf_nat_used_tuple_new", "nf_nat_used_tuple_new", "nf_nat_setup_info",
     Absence::may_be_inlined},
    {"nf_nat_used_tuple_harder", "nf_nat_used_tuple_harder", "nf_nat_setup_info",
     Absence::may_be_inlined},
    {"nf_conntrack_dccp", "nf_conntrack_dccp_packet", "nf_conntrack_in"},
    {"nf_conntrack_udplite", "nf_conntrack_udplite_packet", "nf_conntrack_in"},
    {"nf_conntrack_gre", "nf_conntrack_gre_packet", "nf_conntrack_in"},
    // A module that is not loaded has no rules: any function of the kernel will do.
    {"ebtables", "ebt_do_table", "netif_receive_skb"},
}};

// "ffffffff81e0a1b0 t br_nf_forward\t[br_netfilter]"
std::string_view function_of(std::string_view line)
{
    constexpr std::size_t kTypeAndBlanks = 3;
    const std::size_t address = line.find(' ');
    if (address == std::string_view::npos || address + kTypeAndBlanks > line.size())
        return {};
    line.remove_prefix(address + kTypeAndBlanks);
    // What the compiler made of it carries a suffix: "nf_nat_used_tuple_harder.isra.0".
    return line.substr(0, line.find_first_of("\t ."));
}

} // namespace

std::map<std::string, bool> features_from_symbols(std::string_view kallsyms)
{
    std::set<std::string_view> wanted;
    for (const Symbol& symbol : kSymbols)
        wanted.insert({symbol.function, symbol.beside});
    std::set<std::string_view> found;
    while (!kallsyms.empty()) {
        const std::size_t end = std::min(kallsyms.find('\n'), kallsyms.size());
        const auto known = wanted.find(function_of(kallsyms.substr(0, end)));
        if (known != wanted.end())
            found.insert(*known);
        kallsyms.remove_prefix(std::min(end + 1, kallsyms.size()));
    }
    std::map<std::string, bool> features;
    for (const Symbol& symbol : kSymbols) {
        const bool present = found.contains(symbol.function);
        if (present || (found.contains(symbol.beside) && symbol.absence == Absence::tells))
            features.emplace(symbol.feature, present);
    }
    return features;
}

std::map<std::string, bool> probe_features()
{
    std::map<std::string, bool> features;
    if (const auto symbols = read_file("/proc/kallsyms"))
        features = features_from_symbols(*symbols);
    features["br_netfilter"] =
        read_sysctl(model::kBridgeSysctls["bridge-nf-call-iptables"].name()).has_value();
    features["nf_conntrack"] =
        read_sysctl(model::kNetfilterSysctls["nf_conntrack_max"].name()).has_value();
    return features;
}

} // namespace onlan::kernel
