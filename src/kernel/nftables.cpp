#include "kernel/nftables.hpp"

#include <algorithm>
#include <memory>
#include <mutex>

#include <nftables/libnftables.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "kernel/modules.hpp"

namespace onlan::kernel {
namespace {

using nlohmann::json;

constexpr std::string_view kFamily = "inet";
constexpr std::string_view kTable = "onlan";
constexpr std::string_view kChain = "prerouting";
constexpr int kPriorityRaw = -300; // NF_IP_PRI_RAW

struct FreeContext {
    void operator()(nft_ctx* context) const noexcept { nft_ctx_free(context); }
};
using Context = std::unique_ptr<nft_ctx, FreeContext>;

// Runs commands as one transaction: all of them take effect, or none.
Result<std::string> run(const std::string& commands, std::string_view doing)
{
    // libnftables 1.0 keeps state of its own between contexts (its scanner, libmnl's batches).
    static std::mutex one_at_a_time;
    const std::scoped_lock lock(one_at_a_time);
    const Context context{nft_ctx_new(NFT_CTX_DEFAULT)};
    if (!context)
        return fail_errno("open nftables", ENOMEM);
    nft_ctx_buffer_output(context.get());
    nft_ctx_buffer_error(context.get());
    nft_ctx_output_set_flags(context.get(), NFT_CTX_OUTPUT_JSON | NFT_CTX_OUTPUT_HANDLE);
    if (nft_run_cmd_from_buffer(context.get(), commands.c_str()) == 0)
        return std::string(nft_ctx_get_output_buffer(context.get()));
    const std::string why = nft_ctx_get_error_buffer(context.get());
    const auto code = why.find("No such file or directory") != std::string::npos
                          ? std::errc::no_such_file_or_directory
                          : std::errc::invalid_argument;
    return Failure{Error{.code = std::make_error_code(code),
                         .message = fmt::format("{}: nftables: {}", doing, why)}};
}

Result<> change(const json& commands, std::string_view doing)
{
    ONLAN_TRY(const auto ignored, run(json{{"nftables", commands}}.dump(), doing));
    static_cast<void>(ignored);
    return {};
}

// {"nftables": [{"chain": {…}}, …]}; null for an empty ruleset, of which nft prints nothing.
Result<json> document_from(const std::string& answer)
{
    if (answer.empty())
        return json{};
    json document = json::parse(answer, nullptr, false);
    if (!document.is_object() || !document["nftables"].is_array())
        return fail(Failed::parse, "nftables gave an answer that is not its JSON");
    return document;
}

// The objects of one kind in a document.
std::vector<json> objects(const json& document, const char* kind)
{
    std::vector<json> found;
    if (document.is_null())
        return found;
    for (const json& element : document["nftables"]) {
        if (element.contains(kind))
            found.push_back(element[kind]);
    }
    return found;
}

Result<std::vector<json>> own_rules()
{
    auto answer = run(fmt::format("list table {} {}", kFamily, kTable), "read onlan's table");
    if (!answer && answer.error().code == std::errc::no_such_file_or_directory)
        return std::vector<json>{};
    if (!answer)
        return Failure{std::move(answer).error()};
    ONLAN_TRY(const json document, document_from(*answer));
    return objects(document, "rule");
}

json own_chain()
{
    return {{"family", kFamily},    {"table", kTable},      {"name", kChain},    {"type", "filter"},
            {"hook", "prerouting"}, {"prio", kPriorityRaw}, {"policy", "accept"}};
}

} // namespace

Result<std::vector<model::NftBaseChain>> list_base_chains()
{
    ONLAN_TRY(const auto answer, run("list chains", "read the nftables chains"));
    ONLAN_TRY(const json listed, document_from(answer));
    return base_chains_in(listed);
}

std::vector<model::NftBaseChain> base_chains_in(const json& ruleset)
{
    std::vector<model::NftBaseChain> found;
    for (const json& chain : objects(ruleset, "chain")) {
        if (!chain.contains("hook"))
            continue;
        found.push_back({.family = chain.value("family", ""),
                         .table = chain.value("table", ""),
                         .name = chain.value("name", ""),
                         .hook = chain.value("hook", ""),
                         .priority = chain.value("prio", 0),
                         .policy = chain.value("policy", "accept")});
    }
    return found;
}

Result<json> list_ruleset()
{
    if (!has_module("nf_tables"))
        return json{};
    ONLAN_TRY(const auto answer, run("list ruleset", "read the nftables ruleset"));
    ONLAN_TRY(json document, document_from(answer));
    const bool empty = document.is_null() || document["nftables"].size() <= 1; // metainfo only
    return empty ? json{} : document;
}

Result<std::vector<model::NftOwnRule>> list_own_rules()
{
    ONLAN_TRY(const auto rules, own_rules());
    std::vector<model::NftOwnRule> found;
    found.reserve(rules.size());
    for (const json& rule : rules)
        found.push_back({.chain = rule.value("chain", ""), .comment = rule.value("comment", "")});
    return found;
}

Result<> add_notrack(const std::string& bridge, const std::string& comment)
{
    ONLAN_TRY(const auto present, list_own_rules());
    if (std::ranges::find(present, comment, &model::NftOwnRule::comment) != present.end())
        return {};
    const json rule = {
        {"family", kFamily},
        {"table", kTable},
        {"chain", kChain},
        {"comment", comment},
        {"expr",
         {{{"match",
            {{"op", "=="}, {"left", {{"meta", {{"key", "iifname"}}}}}, {"right", bridge}}}},
          {{"notrack", nullptr}}}}};
    return change({{{"add", {{"table", {{"family", kFamily}, {"name", kTable}}}}}},
                   {{"add", {{"chain", own_chain()}}}},
                   {{"add", {{"rule", rule}}}}},
                  fmt::format("guard {} from connection tracking", bridge));
}

Result<> remove_notrack(const std::string& comment)
{
    ONLAN_TRY(const auto rules, own_rules());
    json commands = json::array();
    for (const json& rule : rules) {
        if (rule.value("comment", "") == comment)
            commands.push_back({{"delete",
                                 {{"rule",
                                   {{"family", kFamily},
                                    {"table", kTable},
                                    {"chain", rule.value("chain", "")},
                                    {"handle", rule.value("handle", 0)}}}}}});
    }
    if (commands.empty())
        return {};
    if (commands.size() == rules.size())
        commands = {{{"delete", {{"table", {{"family", kFamily}, {"name", kTable}}}}}}};
    return change(commands, fmt::format("remove the guard '{}'", comment));
}

} // namespace onlan::kernel
