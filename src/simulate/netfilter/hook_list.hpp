#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "simulate/netfilter/rulebook.hpp"

namespace onlan::simulate {

// What the kernel itself registers, besides the chains of rules.
enum class BuiltIn : std::uint8_t { conntrack, nat, confirm };

// NF_IP_PRI_* of include/uapi/linux/netfilter_ipv4.h
constexpr int kPriorityConntrack = -200;
constexpr int kPriorityNatDestination = -100;
constexpr int kPriorityNatSource = 100;
constexpr int kPriorityConfirm = std::numeric_limits<int>::max();

// One entry of a hook list: a base chain, or one of the kernel's own functions.
struct HookEntry {
    int priority = 0;
    const rules::BaseChain* chain = nullptr; // null: `built_in`
    BuiltIn built_in = BuiltIn::conntrack;
};

// All hook lists of a namespace, each in the order in which the kernel calls it.
class HookLists {
public:
    HookLists() = default;
    explicit HookLists(const Rulebook& rules);

    [[nodiscard]] const std::vector<HookEntry>& at(rules::HookFamily family, rules::Hook hook) const
    {
        return lists_[static_cast<std::size_t>(family)][static_cast<std::size_t>(hook)];
    }
    // The private list inside the one real nat hook.
    [[nodiscard]] const std::vector<const rules::BaseChain*>& nat(rules::HookFamily family,
                                                                  rules::Hook hook) const
    {
        return nat_[static_cast<std::size_t>(family)][static_cast<std::size_t>(hook)];
    }

private:
    void add_chain(const rules::BaseChain& chain);
    void add_built_in(net::Family family, bool tracks, bool translates);

    static constexpr std::size_t kFamilies = 5;
    static constexpr std::size_t kHooks = 7;
    std::array<std::array<std::vector<HookEntry>, kHooks>, kFamilies> lists_;
    std::array<std::array<std::vector<const rules::BaseChain*>, kHooks>, kFamilies> nat_;
};

} // namespace onlan::simulate
