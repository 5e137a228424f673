#include "kernel/nftables.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <mutex>

#include <linux/netfilter.h>
#include <nftables/libnftables.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "formats/nft_devices.hpp"
#include "kernel/modules.hpp"
#include "kernel/nft_handles.hpp"
#include "model/nft_outline.hpp"

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
        return fail(Failed::parse, "nftables did not answer in its JSON format");
    return document;
}

Result<model::NftListing> listing_from(const std::string& answer)
{
    ONLAN_TRY(json document, document_from(answer));
    return model::NftListing::from(std::move(document));
}

// onlan's own, empty where it is not there.
Result<model::NftListing> list_own_table()
{
    auto answer = run(fmt::format("list table {} {}", kFamily, kTable), "read onlan's table");
    if (!answer && answer.error().code == std::errc::no_such_file_or_directory)
        return model::NftListing{};
    if (!answer)
        return Failure{std::move(answer).error()};
    return listing_from(*answer);
}

json own_chain()
{
    return {{"family", kFamily},    {"table", kTable},      {"name", kChain},    {"type", "filter"},
            {"hook", "prerouting"}, {"prio", kPriorityRaw}, {"policy", "accept"}};
}

bool lacks_devices(const json& element)
{
    if (!element.contains("chain"))
        return false;
    const json& chain = element["chain"];
    const std::string hook = chain.value("hook", "");
    return (hook == "ingress" || hook == "egress") && !chain.contains("dev");
}

// Until 1.0.6 libnftables leaves out of its JSON which devices a chain is bound to; its text says
// it.
Result<> add_devices(json& ruleset)
{
    if (std::ranges::none_of(ruleset["nftables"], lacks_devices))
        return {};
    ONLAN_TRY(const auto text, run("list chains", "read the devices of nftables chains", kAsText));
    const auto all = formats::parse_nft_chain_devices(text);
    for (json& element : ruleset["nftables"]) {
        if (!lacks_devices(element))
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

// Does iptables-save tell all of a table? libnftables would look each match and target of each of
// its rules up among the extensions of iptables.
bool is_saved(std::span<const model::XtablesRuleset> saved,
              const model::NftListing& chains,
              const std::string& family,
              const std::string& table)
{
    const auto known = [&](const model::NftBaseChain& chain) {
        return std::ranges::any_of(saved, [&](const model::XtablesRuleset& ruleset) {
            return ruleset.backend == model::XtablesBackend::nft &&
                   (ruleset.family == net::Family::ipv4 ? "ip" : "ip6") == family &&
                   ruleset.find_chain(table, chain.name) != nullptr;
        });
    };
    bool any = false;
    for (const model::NftBaseChain& chain : model::base_chains(chains)) {
        if (chain.family != family || chain.table != table)
            continue;
        if (!known(chain))
            return false;
        any = true;
    }
    return any;
}

// The chains of a table, and of their rules only where they stand and their handles.
Result<> append_handles(const model::NftListing& chains,
                        const std::string& family,
                        const std::string& table,
                        json& elements)
{
    json rules = json::array();
    for (const model::NftObject& object : *chains.objects) {
        if (object.kind() != "chain" || object.family() != family || object.table() != table)
            continue;
        const std::string& chain = object.chain();
        elements.push_back(object.element());
        ONLAN_TRY(const auto handles,
                  rule_handles(family == "ip" ? NFPROTO_IPV4 : NFPROTO_IPV6, table, chain));
        for (const std::uint64_t handle : handles)
            rules.push_back(
                {{"rule",
                  {{"family", family}, {"table", table}, {"chain", chain}, {"handle", handle}}}});
    }
    std::ranges::move(rules, std::back_inserter(elements));
    return {};
}

// A table that has gone since is none.
Result<> append_table(const std::string& family, const std::string& name, json& elements)
{
    const json command = {
        {"nftables", {{{"list", {{"table", {{"family", family}, {"name", name}}}}}}}}};
    auto answer = run(command.dump(), "read the nftables rules");
    if (!answer && answer.error().code == std::errc::no_such_file_or_directory)
        return {};
    if (!answer)
        return Failure{std::move(answer).error()};
    ONLAN_TRY(json listed, document_from(*answer));
    for (json& element : listed["nftables"]) {
        if (!element.contains("metainfo"))
            elements.push_back(std::move(element));
    }
    return {};
}

} // namespace

Result<model::NftListing> list_outline()
{
    ONLAN_TRY(const auto answer, run("list chains", "read the nftables chains"));
    ONLAN_TRY(model::NftListing outline, listing_from(answer));
    for (const auto& [family, table] : model::hooked_tables(outline)) {
        ONLAN_TRY(const auto listed,
                  run(fmt::format("list table {} {}", family, table), "read the nftables rules"));
        ONLAN_TRY(const model::NftListing listing, listing_from(listed));
        std::ranges::copy_if(
            *listing.objects, std::back_inserter(outline.objects.edit()),
            [](const model::NftObject& object) { return object.kind() == "rule"; });
    }
    return outline;
}

Result<model::NftListing> list_chains()
{
    if (!has_module("nf_tables"))
        return model::NftListing{};
    ONLAN_TRY(const auto answer, run("list chains", "read the nftables chains"));
    return listing_from(answer);
}

Result<model::NftListing> list_ruleset(const model::NftListing& chains,
                                       std::span<const model::XtablesRuleset> saved)
{
    if (!has_module("nf_tables"))
        return model::NftListing{};
    ONLAN_TRY(const auto tables, run("list tables", "read the nftables tables"));
    ONLAN_TRY(json document, document_from(tables));
    json elements = json::array();
    for (json& element : document["nftables"]) {
        if (!element.contains("table"))
            continue;
        const std::string family = element["table"].value("family", "");
        const std::string name = element["table"].value("name", "");
        if (is_saved(saved, chains, family, name)) {
            elements.push_back(std::move(element));
            ONLAN_CHECK(append_handles(chains, family, name, elements));
        } else {
            ONLAN_CHECK(append_table(family, name, elements));
        }
    }
    if (elements.empty())
        return model::NftListing{};
    document["nftables"] = std::move(elements);
    ONLAN_CHECK(add_devices(document));
    return model::NftListing::from(std::move(document));
}

Result<> add_notrack(const std::string& bridge, const std::string& comment)
{
    ONLAN_TRY(const auto table, list_own_table());
    const auto present = model::own_rules(table);
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
                  fmt::format("exempt {} from connection tracking", bridge));
}

Result<> remove_notrack(const std::string& comment)
{
    ONLAN_TRY(const auto table, list_own_table());
    std::size_t rules = 0;
    json commands = json::array();
    for (const model::NftObject& object : *table.objects) {
        if (object.kind() != "rule")
            continue;
        ++rules;
        if (object.body().value("comment", "") == comment)
            commands.push_back({{"delete",
                                 {{"rule",
                                   {{"family", kFamily},
                                    {"table", kTable},
                                    {"chain", object.chain()},
                                    {"handle", object.handle()}}}}}});
    }
    // Also where somebody flushed the table: what is left of it is still onlan's.
    const bool last = commands.size() == rules;
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
