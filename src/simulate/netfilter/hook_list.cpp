#include "simulate/netfilter/hook_list.hpp"

#include <algorithm>

namespace onlan::simulate {
namespace {

using rules::Hook;
using rules::HookFamily;

// nf_hook_entries_grow(): in front of the entries whose priority is not lower.
void insert(std::vector<HookEntry>& list, const HookEntry& entry)
{
    list.insert(std::ranges::lower_bound(list, entry.priority, {}, &HookEntry::priority), entry);
}

} // namespace

HookLists::HookLists(const Rulebook& rules)
{
    std::array<bool, 2> translates{};
    for (const rules::BaseChain& chain : rules.base_chains()) {
        add_chain(chain);
        if (chain.type == rules::ChainType::nat && chain.family == HookFamily::ipv4)
            translates[0] = true;
        if (chain.type == rules::ChainType::nat && chain.family == HookFamily::ipv6)
            translates[1] = true;
    }
    add_built_in(net::Family::ipv4, rules.needs_conntrack(net::Family::ipv4), translates[0]);
    add_built_in(net::Family::ipv6, rules.needs_conntrack(net::Family::ipv6), translates[1]);
}

// The rule set names its chains in the order in which the kernel calls them.
void HookLists::add_chain(const rules::BaseChain& chain)
{
    const auto family = static_cast<std::size_t>(chain.family);
    const auto hook = static_cast<std::size_t>(chain.hook);
    if (chain.type == rules::ChainType::nat)
        nat_[family][hook].push_back(&chain);
    else
        lists_[family][hook].push_back({.priority = chain.priority, .chain = &chain});
}

// Conntrack's hooks are there while a rule needs them, those of NAT while there is any
// chain of type nat. NAT without conntrack finds no entry on any packet.
void HookLists::add_built_in(net::Family family, bool tracks, bool translates)
{
    if (!tracks)
        return;
    auto& lists = lists_[family == net::Family::ipv4 ? static_cast<std::size_t>(HookFamily::ipv4)
                                                     : static_cast<std::size_t>(HookFamily::ipv6)];
    const auto at = [&](Hook hook) -> std::vector<HookEntry>& {
        return lists[static_cast<std::size_t>(hook)];
    };
    for (const Hook hook : {Hook::prerouting, Hook::output})
        insert(at(hook), {.priority = kPriorityConntrack, .built_in = BuiltIn::conntrack});
    for (const Hook hook : {Hook::input, Hook::postrouting}) {
        if (translates)
            insert(at(hook), {.priority = kPriorityNatSource, .built_in = BuiltIn::nat});
        at(hook).push_back({.priority = kPriorityConfirm, .built_in = BuiltIn::confirm});
    }
    if (translates) {
        for (const Hook hook : {Hook::prerouting, Hook::output})
            insert(at(hook), {.priority = kPriorityNatDestination, .built_in = BuiltIn::nat});
    }
}

} // namespace onlan::simulate
