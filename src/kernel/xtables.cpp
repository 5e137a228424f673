#include "kernel/xtables.hpp"

#include <algorithm>
#include <ranges>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/subprocess.hpp"
#include "formats/iptables_save.hpp"

namespace onlan::kernel {
namespace {

using model::XtablesBackend;
using net::Family;

Result<Finished> run_xtables(std::vector<std::string> words)
{
    auto finished = run_program(words);
    if (!finished && finished.error().code == Failed::missing_feature)
        return fail(Failed::missing_feature,
                    fmt::format("{} is not installed, but this host has rules of its kind; install "
                                "the package iptables",
                                words.front()));
    return finished;
}

Result<model::XtablesRuleset> save(XtablesBackend backend, Family family)
{
    const std::string program = model::xtables_program(backend, family) + "-save";
    ONLAN_TRY(const Finished finished, run_xtables({program, "-c"}));
    if (finished.status != 0)
        return fail(Failed::refused, fmt::format("{}: {}", program, finished.errors));
    return formats::parse_iptables_save(finished.output, backend, family);
}

// net/netfilter/x_tables.c, xt_table_seq_show(): one table's name per line; the file exists once
// the module is loaded. /proc/net would be the namespace of the process' first thread.
bool has_legacy_tables(Family family)
{
    const auto names = read_file(family == Family::ipv4 ? "/proc/thread-self/net/ip_tables_names"
                                                        : "/proc/thread-self/net/ip6_tables_names");
    return names && !names->empty();
}

bool has_nft_tables(const std::vector<model::NftBaseChain>& chains, Family family)
{
    return std::ranges::any_of(chains, [&](const model::NftBaseChain& chain) {
        return chain.family == (family == Family::ipv4 ? "ip" : "ip6") &&
               model::is_of_iptables(chain);
    });
}

Failure refused(const PlacedRule& rule, std::string_view doing, const Finished& finished)
{
    // The first line says what is wrong; "Try `iptables -h'" and the like follow it.
    const std::string why = finished.errors.substr(0, finished.errors.find('\n'));
    return fail(Failed::refused,
                fmt::format("{} {} of {}: {}", doing, rule.chain,
                            model::xtables_program(rule.backend, rule.family),
                            why.empty() ? fmt::format("status {}", finished.status) : why));
}

Result<Finished> run_on_rule(const PlacedRule& rule, const char* flag)
{
    // -w: dockerd and others change rules too; wait for the lock of x_tables instead of failing.
    std::vector<std::string> words = {model::xtables_program(rule.backend, rule.family),
                                      "-w",
                                      "5",
                                      "-t",
                                      rule.table,
                                      flag,
                                      rule.chain};
    std::ranges::copy(rule.arguments, std::back_inserter(words));
    return run_xtables(std::move(words));
}

} // namespace

Result<std::vector<model::XtablesRuleset>>
collect_xtables(const std::vector<model::NftBaseChain>& base_chains)
{
    std::vector<model::XtablesRuleset> rulesets;
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        if (has_nft_tables(base_chains, family)) {
            ONLAN_TRY(auto ruleset, save(XtablesBackend::nft, family));
            rulesets.push_back(std::move(ruleset));
        }
        if (has_legacy_tables(family)) {
            ONLAN_TRY(auto ruleset, save(XtablesBackend::legacy, family));
            rulesets.push_back(std::move(ruleset));
        }
    }
    return rulesets;
}

Result<> insert_rule(const PlacedRule& rule)
{
    ONLAN_TRY(const Finished present, run_on_rule(rule, "-C"));
    if (present.status == 0)
        return {};
    ONLAN_TRY(const Finished inserted, run_on_rule(rule, "-I"));
    if (inserted.status != 0)
        return refused(rule, "insert a rule into", inserted);
    return {};
}

Result<> delete_rule(const PlacedRule& rule)
{
    // The older programs make the table that they look into.
    if (rule.backend == XtablesBackend::legacy && !has_legacy_tables(rule.family))
        return {};
    // -C ends with 1 for a missing rule and for a missing chain: in both cases there is nothing to
    // delete. Any other status (4: somebody holds the lock) says nothing about the rule.
    constexpr int kNoSuchRule = 1;
    ONLAN_TRY(const Finished present, run_on_rule(rule, "-C"));
    if (present.status == kNoSuchRule)
        return {};
    if (present.status != 0)
        return refused(rule, "look for a rule in", present);
    ONLAN_TRY(const Finished deleted, run_on_rule(rule, "-D"));
    if (deleted.status != 0)
        return refused(rule, "delete a rule from", deleted);
    return {};
}

} // namespace onlan::kernel
