#include "simulate/world.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "model/snapshot_fields.hpp"
#include "simulate/netfilter/compiled_rules.hpp"

namespace onlan::simulate {
namespace {

// The fields of a namespace that only its rules are made of.
template <typename Member>
constexpr bool kIsOfRules = std::is_same_v<Member, model::NftListing> ||
                            std::is_same_v<Member, std::vector<model::XtablesRuleset>> ||
                            std::is_same_v<Member, std::vector<model::IpSet>>;

template <bool of_rules>
bool same(const model::Netns& one, const model::Netns& other)
{
    const auto equal = [&]<typename Member>(const model::Field<model::Netns, Member>& field) {
        if constexpr (kIsOfRules<Member> == of_rules)
            return one.*field.member == other.*field.member;
        else
            return true;
    };
    return std::apply([&](const auto&... fields) { return (equal(fields) && ...); },
                      model::fields_of(&one));
}

bool same_rules(const model::Netns& one, const model::Netns& other)
{
    return same<true>(one, other);
}

bool same_wiring(const model::Netns& one, const model::Netns& other)
{
    return same<false>(one, other);
}

} // namespace

Rules::Rules(std::shared_ptr<const Rulebook> rulebook) : book(std::move(rulebook))
{
    if (book)
        hooks = HookLists(*book);
}

World World::build(std::span<const Part> parts, Beside beside)
{
    World world;
    for (const Part& part : parts) {
        world.facts_.push_back(part.netns);
        world.rules_.push_back(std::make_shared<const Rules>(part.rules));
    }
    world.beside_ = std::make_shared<const Beside>(std::move(beside));
    world.wire();
    return world;
}

Result<std::vector<World::Part>> World::parts_of(std::span<const model::Netns> namespaces)
{
    std::vector<Part> parts;
    for (const model::Netns& netns : namespaces) {
        ONLAN_TRY(auto rules, compile_rules(netns));
        parts.push_back({.netns = &netns, .rules = std::move(rules)});
    }
    return parts;
}

Result<World> World::load(std::span<const model::Netns> namespaces, Beside beside)
{
    ONLAN_TRY(const std::vector<Part> parts, parts_of(namespaces));
    return build(parts, std::move(beside));
}

Result<World> World::with(const model::Netns& changed) const
{
    const auto place = std::ranges::find(facts_, changed.name, &model::Netns::name);
    if (place == facts_.end())
        return fail(Failed::not_found, fmt::format("no namespace {} to change", changed.name));
    const auto number = static_cast<std::size_t>(place - facts_.begin());
    const model::Netns& before = **place;
    World world = *this;
    const bool wired_anew = !same_wiring(before, changed);
    if (wired_anew || !same_rules(before, changed)) {
        const auto& book = rules_[number]->book;
        ONLAN_TRY(auto rules, book ? book->with(changed) : compile_rules(changed));
        world.rules_[number] = std::make_shared<const Rules>(std::move(rules));
    }
    world.facts_[number] = &changed;
    if (wired_anew)
        world.wire();
    return world;
}

void World::wire()
{
    wiring_ = std::make_shared<const Wiring>(facts_, beside_->plugs);
}

std::span<const std::string> World::assumptions_of(const Namespace& netns) const
{
    const auto found = beside_->assumptions_of.find(netns.name());
    return found == beside_->assumptions_of.end() ? std::span<const std::string>{} : found->second;
}

const Proxy* World::proxy_of(const Namespace& netns, const model::Socket& socket) const
{
    const auto found = std::ranges::find_if(beside_->proxies, [&](const Proxy& proxy) {
        return proxy.netns == netns.name() && proxy.protocol == socket.protocol &&
               proxy.port == socket.port && proxy.address == socket.address;
    });
    return found == beside_->proxies.end() ? nullptr : &*found;
}

} // namespace onlan::simulate
