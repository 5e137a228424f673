#include "rules/xt/ipset.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "net/protocols.hpp"
#include "rules/machine/reading.hpp"
#include "rules/xt/icmp.hpp"
#include "rules/xt/matches.hpp"
#include "rules/xt/targets.hpp"
#include "rules/xt/words.hpp"

namespace onlan::rules::xt {
namespace {

// "hash:ip,port" → {"ip", "port"}
std::vector<std::string> dimensions(std::string_view type)
{
    return split(type.substr(type.find(':') + 1), ',');
}

Result<Interval> address_range(std::string_view text, net::Family family)
{
    const std::size_t slash = text.find('/');
    if (slash != std::string_view::npos) {
        ONLAN_TRY(const Value address, address_of(text.substr(0, slash)));
        ONLAN_TRY(const std::uint64_t length, number_of(text.substr(slash + 1)));
        return Interval::prefix(address, net::address_bits(family), static_cast<unsigned>(length));
    }
    const std::vector<std::string> ends = split(text, '-');
    ONLAN_TRY(const Value first, address_of(ends.front()));
    ONLAN_TRY(const Value last, address_of(ends.back()));
    return Interval{.first = first, .last = last};
}

// "tcp:80", "80-90", "icmp:echo-request/0"; without a protocol it is TCP, but in a bitmap any.
Result<> add_port(std::string_view text, bool bitmap, Intervals& key)
{
    const std::size_t colon = text.find(':');
    Interval protocol =
        bitmap ? Interval{.first = {}, .last = kAllOnes} : Interval::point(Value::of(net::kTcp));
    if (colon != std::string_view::npos) {
        ONLAN_TRY(const std::uint64_t number, number_of(text.substr(0, colon), protocols()));
        protocol = Interval::point(Value::of(number));
        text.remove_prefix(colon + 1);
        if (number <= 0xFF && net::is_icmp(static_cast<std::uint8_t>(number))) {
            ONLAN_TRY(const std::uint16_t port, icmp_port(text, number == net::kIcmp));
            key.push_back(protocol);
            key.push_back(Interval::point(Value::of(port)));
            return {};
        }
    }
    ONLAN_TRY(const Interval ports, range_of(text, '-', 0xFFFF, services()));
    key.push_back(protocol);
    key.push_back(ports);
    return {};
}

Result<> add_part(const std::string& dimension,
                  std::string_view text,
                  const model::IpSet& set,
                  net::Family family,
                  Intervals& key)
{
    if (dimension == "ip" || dimension == "net") {
        ONLAN_TRY(const Interval range, address_range(text, family));
        key.push_back(range);
    } else if (dimension == "port") {
        return add_port(text, set.type.starts_with("bitmap"), key);
    } else if (dimension == "mac") {
        ONLAN_TRY(const net::MacAddress mac, net::MacAddress::parse(text));
        key.push_back(Interval::point(Value::of(mac)));
    } else if (dimension == "iface") {
        if (text.starts_with("physdev:"))
            return not_understood("an element with a bridge port");
        key.push_back(Interval::point(Value::of_name(text)));
    } else if (dimension == "mark") {
        ONLAN_TRY(const std::uint64_t mark, number_of(text));
        key.push_back(Interval::point(Value::of(mark)));
    } else {
        return not_understood(fmt::format("sets of type {} are not known", set.type));
    }
    return {};
}

net::Family family_of(const model::IpSet& set)
{
    const auto word = std::ranges::find(set.options, "inet6");
    return word == set.options.end() ? net::Family::ipv4 : net::Family::ipv6;
}

Field address_field(bool source, const Scope& scope)
{
    if (scope.ipv4())
        return source ? Field::ip_saddr : Field::ip_daddr;
    return source ? Field::ip6_saddr : Field::ip6_daddr;
}

// The fields of the packet that the set's dimensions are compared with, by the words src and dst.
Result<std::vector<Expression>>
key_of(const model::IpSet& set, const std::vector<std::string>& directions, const Scope& scope)
{
    std::vector<Expression> key;
    const std::vector<std::string> parts = dimensions(set.type);
    for (std::size_t at = 0; at < parts.size(); ++at) {
        const bool source = at < directions.size() && directions[at] == "src";
        if (parts[at] == "ip" || parts[at] == "net") {
            key.push_back({.source = address_field(source, scope)});
        } else if (parts[at] == "port") {
            key.push_back({.source = Field::l4proto});
            key.push_back({.source = source ? Field::ipset_sport : Field::ipset_dport});
        } else if (parts[at] == "mac") {
            key.push_back({.source = source ? Field::ether_saddr : Field::ether_daddr});
        } else if (parts[at] == "iface") {
            key.push_back({.source = source ? Field::iifname : Field::oifname});
        } else if (parts[at] == "mark") {
            key.push_back({.source = Field::mark});
        } else {
            return not_understood(fmt::format("sets of type {} are not known", set.type));
        }
    }
    return key;
}

const model::IpSet* find_set(const Scope& scope, std::string_view name)
{
    const auto found = std::ranges::find(scope.ipsets.listed, name, &model::IpSet::name);
    return found == scope.ipsets.listed.end() ? nullptr : &*found;
}

Result<> add_member(const std::string& name,
                    const std::vector<std::string>& directions,
                    const Scope& scope,
                    Contains& contains)
{
    const model::IpSet* set = find_set(scope, name);
    if (set == nullptr)
        return not_understood(fmt::format("the ipset {} is not in the snapshot", name));
    if (set->type == "list:set") {
        for (const auto& element : set->elements) {
            const model::IpSet* member = element.empty() ? nullptr : find_set(scope, element[0]);
            if (member != nullptr && member->type != "list:set")
                ONLAN_CHECK(add_member(element[0], directions, scope, contains));
        }
        return {};
    }
    // A set of the other family holds no address of this one.
    if (!set->type.starts_with("bitmap:port") && family_of(*set) != scope.family &&
        dimensions(set->type).front() != "mac")
        return {};
    const auto elements = scope.ipsets.understood.find(name);
    if (elements == scope.ipsets.understood.end())
        return not_understood(fmt::format("the ipset {} is not understood", name));
    ONLAN_TRY(std::vector<Expression> key, key_of(*set, directions, scope));
    contains.any.push_back({.key = std::move(key), .set = elements->second});
    return {};
}

Result<std::shared_ptr<const ElementSet>> read_ipset(const model::IpSet& set)
{
    const std::vector<std::string> parts = dimensions(set.type);
    std::vector<Element> elements;
    for (const auto& words : set.elements) {
        if (words.empty())
            return not_understood(fmt::format("ipset {}: an empty element", set.name));
        const std::vector<std::string> written = split(words.front(), ',');
        Element element{.excluded = std::ranges::find(words, "nomatch") != words.end()};
        for (std::size_t at = 0; at < parts.size(); ++at) {
            // bitmap:ip,mac may leave the MAC address open.
            if (at < written.size())
                ONLAN_CHECK(add_part(parts[at], written[at], set, family_of(set), element.key));
            else
                element.key.push_back({.first = {}, .last = kAllOnes});
        }
        elements.push_back(std::move(element));
    }
    return std::make_shared<const ElementSet>(std::move(elements), ElementSet::Growth::fixed,
                                              fmt::format("ipset {}", set.name));
}

// set_match_v4(), net/netfilter/xt_set.c
Result<> add_set(const Extension& match, const Scope& scope, Draft& draft)
{
    for (const Option& option : match.options) {
        if (option.name == "--match-set") {
            if (option.words.size() != 2)
                return not_understood("--match-set needs a set and directions");
            Contains contains{.negated = option.inverted, .breaks = false};
            ONLAN_CHECK(add_member(option.words[0], split(option.words[1], ','), scope, contains));
            draft.add(OtherStep(std::move(contains)));
        } else if (option.name != "--update-counters" && option.name != "--update-subcounters" &&
                   option.name != "--return-nomatch") {
            return not_understood(fmt::format("the option {} of set is not known", option.name));
        }
    }
    return {};
}

// set_target_v3(): a set that is not understood says nothing of its elements anyway.
Result<> add_set_target(const Extension& target, const Scope& scope, Draft& draft)
{
    for (const Option& option : target.options) {
        if (option.name == "--map-set") {
            draft.add(OtherStep(Assign{.value = {.source = Field::unknown}}));
            continue;
        }
        if ((option.name != "--add-set" && option.name != "--del-set") || option.words.size() != 2)
            continue;
        const model::IpSet* set = find_set(scope, option.words[0]);
        const auto elements = scope.ipsets.understood.find(option.words[0]);
        if (set == nullptr || elements == scope.ipsets.understood.end())
            continue;
        ONLAN_TRY(auto key, key_of(*set, split(option.words[1], ','), scope));
        draft.add(OtherStep(UpdateSet{.key = std::move(key),
                                      .set = elements->second,
                                      .present = option.name == "--add-set"}));
    }
    return {};
}

} // namespace

IpSets read_ipsets(const std::vector<model::IpSet>& listed)
{
    IpSets sets{.listed = listed, .understood = {}};
    for (const model::IpSet& set : listed) {
        if (set.type == "list:set")
            continue;
        if (auto elements = read_ipset(set))
            sets.understood[set.name] = *std::move(elements);
    }
    return sets;
}

std::span<const ExtensionKind> matches::ipset()
{
    static constexpr auto kRows = std::to_array<ExtensionKind>({{"set", add_set}});
    return kRows;
}

std::span<const ExtensionKind> targets::ipset()
{
    static constexpr auto kRows = std::to_array<ExtensionKind>({{"SET", add_set_target}});
    return kRows;
}

} // namespace onlan::rules::xt
