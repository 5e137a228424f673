#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "rules/machine/reading.hpp"
#include "rules/nft/expression.hpp"

namespace onlan::rules::nft::expressions {
namespace {

Result<Operand> read_fib(const std::string& /*name*/, const Json& json, const Scope& /*scope*/)
{
    ONLAN_TRY(const std::string result, text_member(json, "result"));
    const std::vector<std::string> flags = texts(find_member(json, "flags"));
    const auto has = [&](std::string_view flag) {
        return std::ranges::find(flags, flag) != flags.end();
    };
    rules::Fib fib{.of_source = has("saddr"), .by_mark = has("mark")};
    if (has("iif"))
        fib.device = Fib::Device::in;
    else if (has("oif"))
        fib.device = Fib::Device::out;
    Datatype type = Datatype::fib_addrtype;
    if (result == "type") {
        fib.result = Fib::Result::type;
    } else if (result == "oif") {
        fib.result = Fib::Result::oif;
        type = Datatype::ifindex;
    } else if (result == "oifname") {
        fib.result = Fib::Result::oifname;
        type = Datatype::ifname;
    } else if (result == "check") {
        fib.result = Fib::Result::present;
        type = Datatype::boolean;
    } else {
        return not_understood(fmt::format("fib … {} is not known", result));
    }
    return Operand{.parts = {Expression{.source = fib}}, .types = {type}};
}

std::string fib_words(const std::string& name, const Json& fib)
{
    return fmt::format("{} {} {}", name, fmt::join(texts(find_member(fib, "flags")), " . "),
                       words_of(fib, "result"));
}

} // namespace

std::span<const ExpressionKind> fib()
{
    static constexpr auto kRows = std::to_array<ExpressionKind>({
        {"fib", read_fib, fib_words},
    });
    return kRows;
}

} // namespace onlan::rules::nft::expressions
