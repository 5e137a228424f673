#include <algorithm>

#include <fmt/format.h>

#include "rules/machine/reading.hpp"
#include "rules/xt/matches.hpp"
#include "rules/xt/words.hpp"

namespace onlan::rules::xt::matches {
namespace {

Result<std::uint32_t> types_of(std::string_view list)
{
    std::uint32_t types = 0;
    for (std::string& name : split(list, ',')) {
        std::ranges::transform(name, name.begin(),
                               [](char letter) { return static_cast<char>(letter | 0x20); });
        ONLAN_TRY(const std::uint64_t type, number_of(name, address_types()));
        types |= 1U << (type & 31U);
    }
    return types;
}

Result<> add_addrtype(const Extension& match, const Scope& /*scope*/, Draft& draft)
{
    Fib::Device device = Fib::Device::none;
    if (match.has("--limit-iface-in"))
        device = Fib::Device::in;
    else if (match.has("--limit-iface-out"))
        device = Fib::Device::out;
    for (const Option& option : match.options) {
        if (option.name.starts_with("--limit-iface"))
            continue;
        ONLAN_TRY(const std::uint32_t types, types_of(option.word()));
        draft.add(OtherStep(AddressType{.of_source = option.name == "--src-type",
                                        .negated = option.inverted,
                                        .types = types,
                                        .device = device}));
    }
    return {};
}

Result<> add_iprange(const Extension& match, const Scope& scope, Draft& draft)
{
    for (const Option& option : match.options) {
        const std::vector<std::string> ends = split(option.word(), '-');
        ONLAN_TRY(const Value first, address_of(ends.front()));
        ONLAN_TRY(const Value last, address_of(ends.back()));
        const bool source = option.name == "--src-range";
        const Field field = scope.ipv4() ? (source ? Field::ip_saddr : Field::ip_daddr)
                                         : (source ? Field::ip6_saddr : Field::ip6_daddr);
        draft.add_field(field, {.first = first, .last = last}, option.inverted);
    }
    return {};
}

Result<> add_rpfilter(const Extension& match, const Scope& /*scope*/, Draft& draft)
{
    draft.add(OtherStep(ReversePath{.loose = match.has("--loose"),
                                    .by_mark = match.has("--validmark"),
                                    .inverted = match.has("--invert")}));
    return {};
}

} // namespace

std::span<const ExtensionKind> addresses()
{
    static constexpr auto kRows = std::to_array<ExtensionKind>({
        {"addrtype", add_addrtype},
        {"iprange", add_iprange},
        {"rpfilter", add_rpfilter},
    });
    return kRows;
}

} // namespace onlan::rules::xt::matches
