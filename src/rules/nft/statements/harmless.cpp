#include <fmt/format.h>

#include "rules/nft/statement.hpp"

namespace onlan::rules::nft::statements {
namespace {

// They decide nothing about where the packet goes.
Result<> add_nothing(const std::string& /*name*/,
                     const Json& /*inner*/,
                     const Scope& /*scope*/,
                     Draft& /*draft*/)
{
    return {};
}

Result<> add_conntrack(const std::string& /*name*/,
                       const Json& /*inner*/,
                       const Scope& /*scope*/,
                       Draft& draft)
{
    draft.needs_conntrack = true;
    return {};
}

std::string log_words(const std::string& name, const Json& log)
{
    const std::string prefix = optional_text(log, "prefix");
    return prefix.empty() ? name : fmt::format("{} prefix \"{}\"", name, prefix);
}

} // namespace

std::span<const Statement> harmless()
{
    static constexpr auto kRows = std::to_array<Statement>({
        {"counter", add_nothing},
        {"log", add_nothing, log_words},
        {"comment", add_nothing},
        {"dup", add_nothing},
        {"secmark", add_nothing},
        {"last", add_nothing},
        {"reset", add_nothing},
        {"flow", add_conntrack},
        {"ct helper", add_conntrack},
        {"ct timeout", add_conntrack},
        {"ct expectation", add_conntrack},
    });
    return kRows;
}

} // namespace onlan::rules::nft::statements
