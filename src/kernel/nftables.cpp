#include "kernel/nftables.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <mutex>
#include <set>

#include <nftables/libnftables.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "formats/nft_devices.hpp"
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

constexpr unsigned kAsJson = NFT_CTX_OUTPUT_JSON | NFT_CTX_OUTPUT_HANDLE;
constexpr unsigned kAsText = 0;

// Runs commands as one transaction: all of them take effect, or none.
Result<std::string>
run(const std::string& commands, std::string_view doing, unsigned output = kAsJson)
{
    // libnftables 1.0 keeps state of its own between contexts (its scanner, libmnl's batches).
    static std::mutex one_at_a_time;
    const std::scoped_lock lock(one_at_a_time);
    const Context context{nft_ctx_new(NFT_CTX_DEFAULT)};
    if (!context)
        return fail_errno("open nftables", ENOMEM);
    nft_ctx_buffer_output(context.get());
    nft_ctx_buffer_error(context.get());
    nft_ctx_output_set_flags(context.get(), output);
    if (nft_run_cmd_from_buffer(context.get(), commands.c_str()) == 0)
        return std::string(nft_ctx_get_output_buffer(context.get()));
    // Below the first line there is the command, with marks under its faulty part.
    std::string why = nft_ctx_get_error_buffer(context.get());
    why.erase(std::min(why.find('\n'), why.size()));
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

bool lacks_devices(const json& chain)
{
    const std::string hook = chain.value("hook", "");
    return (hook == "ingress" || hook == "egress") && !chain.contains("dev");
}

// Until 1.0.6 libnftables leaves out of its JSON which devices a chain is bound to; its text says
// it.
Result<> add_devices(json& ruleset)
{
    const std::vector<json> chains = objects(ruleset, "chain");
    if (std::ranges::none_of(chains, lacks_devices))
        return {};
    ONLAN_TRY(const auto text, run("list chains", "read the devices of nftables chains", kAsText));
    const auto all = formats::parse_nft_chain_devices(text);
    for (json& element : ruleset["nftables"]) {
        if (!element.contains("chain") || !lacks_devices(element["chain"]))
            continue;
        json& chain = element["chain"];
        const auto bound = std::ranges::find_if(all, [&](const formats::NftChainDevices& one) {
            return one.family == chain.value("family", "") &&
                   one.table == chain.value("table", "") && one.chain == chain.value("name", "");
        });
        if (bound != all.end())
            chain["dev"] = bound->devices;
    }
    return {};
}

// {"match": {"left": {"meta": {"key": "iifname"}}, "right": "eno1"}}, where `right` may also be a
// set of names, at any depth.
void collect_names(const json& expression,
                   const std::string& key,
                   std::vector<model::NftInterfaceRule>& found)
{
    if (expression.is_string() && !key.empty())
        found.push_back({.family = {},
                         .table = {},
                         .chain = {},
                         .key = key,
                         .interface = expression.get<std::string>()});
    else if (expression.is_structured()) {
        for (const json& part : expression)
            collect_names(part, key, found);
    }
}

std::vector<model::NftInterfaceRule> interface_rules(const json& rule)
{
    constexpr std::array<std::string_view, 4> kKeys = {"iifname", "oifname", "iif", "oif"};
    std::vector<model::NftInterfaceRule> found;
    for (const json& expression : rule.value("expr", json::array())) {
        const json match = expression.value("match", json::object());
        const json left = match.value("left", json::object());
        const json meta = left.is_object() ? left.value("meta", json::object()) : json::object();
        const std::string key = meta.value("key", "");
        if (std::ranges::find(kKeys, key) != kKeys.end())
            collect_names(match.value("right", json::object()), key, found);
    }
    for (model::NftInterfaceRule& one : found) {
        one.family = rule.value("family", "");
        one.table = rule.value("table", "");
        one.chain = rule.value("chain", "");
    }
    return found;
}

} // namespace

Result<std::vector<model::NftBaseChain>> list_base_chains()
{
    ONLAN_TRY(const auto answer, run("list chains", "read the nftables chains"));
    ONLAN_TRY(const json listed, document_from(answer));
    return base_chains_in(listed);
}

std::vector<model::NftBaseChain> base_chains_in(const model::NftListing& listing)
{
    std::vector<model::NftBaseChain> found;
    for (const json& chain : objects(listing.document(), "chain")) {
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

Result<std::vector<model::NftInterfaceRule>>
list_interface_rules(const std::vector<model::NftBaseChain>& base_chains)
{
    std::set<std::string> tables;
    for (const model::NftBaseChain& chain : base_chains) {
        if (!model::is_of_iptables(chain))
            tables.insert(fmt::format("{} {}", chain.family, chain.table));
    }
    std::vector<model::NftInterfaceRule> found;
    for (const std::string& table : tables) {
        ONLAN_TRY(const auto answer,
                  run(fmt::format("list table {}", table), "read the nftables rules"));
        ONLAN_TRY(const json document, document_from(answer));
        for (const json& rule : objects(document, "rule"))
            std::ranges::move(interface_rules(rule), std::back_inserter(found));
    }
    return found;
}

Result<model::NftListing> list_ruleset()
{
    if (!has_module("nf_tables"))
        return model::NftListing{};
    ONLAN_TRY(const auto answer, run("list ruleset", "read the nftables ruleset"));
    ONLAN_TRY(json document, document_from(answer));
    const bool empty = document.is_null() || document["nftables"].size() <= 1; // metainfo only
    if (empty)
        return model::NftListing{};
    ONLAN_CHECK(add_devices(document));
    return document;
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
    // Also where somebody flushed the table: what is left of it is still onlan's.
    const bool last = commands.size() == rules.size();
    if (last)
        commands = {{{"delete", {{"table", {{"family", kFamily}, {"name", kTable}}}}}}};
    if (commands.empty())
        return {};
    auto removed = change(commands, fmt::format("remove the guard '{}'", comment));
    if (last && !removed && removed.error().code == std::errc::no_such_file_or_directory)
        return {};
    return removed;
}

} // namespace onlan::kernel
