#pragma once

#include "plan/changes/kind.hpp"

namespace onlan::plan {

struct DeleteXtablesRule;

// Inserts a rule at the top of a chain that belongs to somebody else; `rule` carries a comment by
// which it is known.
struct InsertXtablesRule {
    model::XtablesBackend backend = model::XtablesBackend::nft;
    net::Family family = net::Family::ipv4;
    std::string table;
    std::string chain;
    std::vector<std::string> rule; // arguments after "-I CHAIN"

    static constexpr Kind kKind{
        .word = "insert-xtables-rule", .marked = true, .outlives_boot = true};
    [[nodiscard]] std::string describe() const;
    [[nodiscard]] Result<Commands> commands() const;
    [[nodiscard]] bool holds(const model::Host& host) const;
    void effect(const Place& at) const;
    [[nodiscard]] DeleteXtablesRule inverse() const;

    friend bool operator==(const InsertXtablesRule&, const InsertXtablesRule&) = default;
};

struct DeleteXtablesRule {
    model::XtablesBackend backend = model::XtablesBackend::nft;
    net::Family family = net::Family::ipv4;
    std::string table;
    std::string chain;
    std::vector<std::string> rule;

    static constexpr Kind kKind{.word = "delete-xtables-rule"};
    [[nodiscard]] std::string describe() const;
    [[nodiscard]] Result<Commands> commands() const;
    [[nodiscard]] bool holds(const model::Host& host) const;
    void effect(const Place& at) const;
    [[nodiscard]] InsertXtablesRule inverse() const;

    friend bool operator==(const DeleteXtablesRule&, const DeleteXtablesRule&) = default;
};

constexpr auto fields_of(const InsertXtablesRule*)
{
    return std::tuple{model::field("backend", &InsertXtablesRule::backend),
                      model::field("family", &InsertXtablesRule::family),
                      model::field("table", &InsertXtablesRule::table),
                      model::field("chain", &InsertXtablesRule::chain),
                      model::field("rule", &InsertXtablesRule::rule)};
}

constexpr auto fields_of(const DeleteXtablesRule*)
{
    return std::tuple{model::field("backend", &DeleteXtablesRule::backend),
                      model::field("family", &DeleteXtablesRule::family),
                      model::field("table", &DeleteXtablesRule::table),
                      model::field("chain", &DeleteXtablesRule::chain),
                      model::field("rule", &DeleteXtablesRule::rule)};
}

} // namespace onlan::plan
