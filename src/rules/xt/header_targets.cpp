#include <algorithm>

#include <fmt/format.h>

#include "rules/machine/reading.hpp"
#include "rules/xt/targets.hpp"
#include "rules/xt/words.hpp"

namespace onlan::rules::xt::targets {
namespace {

Assign set_to(Target target, const Value& keep, const Value& value)
{
    return {.target = target, .keep = keep, .value = {.source = value}};
}

// ttl_tg() and hl_tg6(), net/netfilter/xt_HL.c
Result<Assign> ttl_of(const Extension& target, const Scope& scope)
{
    const Field field = scope.ipv4() ? Field::ip_ttl : Field::ip6_hoplimit;
    for (const Option& option : target.options) {
        ONLAN_TRY(const std::uint64_t number, number_of(option.word()));
        if (option.name.ends_with("-set"))
            return set_to(Target::ttl, {}, Value::of(number));
        const std::uint64_t change =
            option.name.ends_with("-dec") ? std::uint64_t{0} - number : number;
        return Assign{.target = Target::ttl,
                      .value = {.source = field,
                                .operations = {{.kind = Operation::Kind::plus,
                                                .operand = Value::of(change)}}}};
    }
    return not_understood(fmt::format("the target {} without an option", target.name));
}

// tos_tg() and dscp_tg(), net/netfilter/xt_DSCP.c
Result<Assign> tos_of(const Extension& target, const Scope& /*scope*/)
{
    for (const Option& option : target.options) {
        if (option.name == "--set-dscp" || option.name == "--set-dscp-class") {
            std::string name = option.word();
            std::ranges::transform(name, name.begin(), [](char letter) {
                return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter | 0x20) : letter;
            });
            ONLAN_TRY(const std::uint64_t dscp, number_of(name, dscps()));
            return set_to(Target::tos, Value::of(3), Value::of(dscp << 2U));
        }
        ONLAN_TRY(const Masked masked, masked_of(option.word()));
        if (option.name == "--set-tos")
            return set_to(Target::tos, Value::of(~masked.mask & 0xFFU), Value::of(masked.value));
        if (option.name == "--and-tos")
            return set_to(Target::tos, Value::of(masked.value), {});
        if (option.name == "--or-tos")
            return set_to(Target::tos, Value::of(~masked.value & 0xFFU), Value::of(masked.value));
        if (option.name == "--xor-tos")
            return set_to(Target::tos, Value::of(0xFF), Value::of(masked.value));
    }
    return not_understood(fmt::format("the options of {} are not known", target.name));
}

// "1:10", in hexadecimal
Result<Assign> class_of(const Extension& target, const Scope& /*scope*/)
{
    const Option* option = target.find("--set-class");
    if (option == nullptr)
        return not_understood("CLASSIFY without a class");
    const std::vector<std::string> parts = split(option->word(), ':');
    if (parts.size() != 2)
        return not_understood(fmt::format("'{}' is not a class", option->word()));
    ONLAN_TRY(const std::uint64_t major, number_of("0x" + parts[0]));
    ONLAN_TRY(const std::uint64_t minor, number_of("0x" + parts[1]));
    return set_to(Target::priority, {}, Value::of(major << 16U | minor));
}

// tcpmss_tg4(), which raises no MSS
Result<Assign> mss_of(const Extension& target, const Scope& /*scope*/)
{
    const Option* option = target.find("--set-mss");
    if (option == nullptr)
        return Assign{.target = Target::mss, .value = {.source = Field::path_mss}};
    ONLAN_TRY(const std::uint64_t mss, number_of(option->word()));
    return set_to(Target::mss, {}, Value::of(mss));
}

template <Result<Assign> (*assign_of)(const Extension&, const Scope&)>
Result<> add_assign(const Extension& target, const Scope& scope, Draft& draft)
{
    ONLAN_TRY(Assign assign, assign_of(target, scope));
    draft.add(OtherStep(std::move(assign)));
    return {};
}

} // namespace

std::span<const ExtensionKind> header_targets()
{
    static constexpr auto kRows = std::to_array<ExtensionKind>({
        {"TTL", add_assign<ttl_of>},
        {"HL", add_assign<ttl_of>},
        {"DSCP", add_assign<tos_of>},
        {"TOS", add_assign<tos_of>},
        {"CLASSIFY", add_assign<class_of>},
        {"TCPMSS", add_assign<mss_of>},
    });
    return kRows;
}

} // namespace onlan::rules::xt::targets
