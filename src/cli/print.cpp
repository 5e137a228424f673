#include "cli/print.hpp"

#include <iostream>
#include <ranges>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace onlan::cli {

render::Ink ink(Paint paint)
{
    if (paint == Paint::plain)
        return {};
    // ECMA-48, SGR.
    return {.good = "\x1b[32m", .bad = "\x1b[31m", .strong = "\x1b[1m", .off = "\x1b[0m"};
}

std::string good(std::string_view words, Paint paint)
{
    return fmt::format("{}{}{}", ink(paint).good, words, ink(paint).off);
}

std::string bad(std::string_view words, Paint paint)
{
    return fmt::format("{}{}{}", ink(paint).bad, words, ink(paint).off);
}

void print_error(const Error& error)
{
    for (const auto line : error.message | std::views::split('\n')) {
        if (!line.empty())
            std::cerr << "onlan: error: " << std::string_view(line.begin(), line.end()) << '\n';
    }
}

void print_warnings(std::span<const std::string> warnings)
{
    for (const std::string& warning : warnings)
        std::cerr << "onlan: warning: " << warning << '\n';
}

void print_step(const plan::PlannedStep& step)
{
    std::cout << "  " << plan::describe(step.change) << '\n' << std::flush;
}

Result<std::vector<std::string>> commands_of(const plan::Plan& plan)
{
    std::vector<std::string> all;
    for (const plan::PlannedStep& step : plan.steps) {
        ONLAN_TRY(const auto commands, plan::commands(step.change));
        all.insert(all.end(), commands.begin(), commands.end());
    }
    return all;
}

Result<> print_plan(const plan::Plan& plan, PlanAs how)
{
    if (how == PlanAs::commands) {
        ONLAN_TRY(const auto commands, commands_of(plan));
        for (const std::string& command : commands)
            std::cout << command << '\n';
        return {};
    }
    std::string_view owner;
    for (const plan::PlannedStep& step : plan.steps) {
        if (step.owner != owner) {
            owner = step.owner;
            std::cout << (owner.starts_with('@') ? fmt::format("uplink {}:\n", owner.substr(1))
                                                 : fmt::format("lan {}:\n", owner));
        }
        print_step(step);
    }
    return {};
}

nlohmann::json plan_to_json(const plan::Plan& plan)
{
    auto changes = nlohmann::json::array();
    for (const plan::PlannedStep& step : plan.steps) {
        const auto commands = plan::commands(step.change);
        changes.push_back(
            {{"for", step.owner},
             {"direction", step.undoes ? "undo" : "make"},
             {"summary", plan::describe(step.change)},
             {"change", plan::to_json(step.recorded())},
             // Null where ip(8) and the others have no words for it.
             {"commands", commands ? nlohmann::json(*commands) : nlohmann::json(nullptr)}});
    }
    return {{"schema", "onlan/plan/1"},
            {"changes", std::move(changes)},
            {"warnings", plan.warnings},
            {"moves_default_route", plan.moves_default_route}};
}

std::string_view run_name(const apply::JournalRun& run)
{
    return run.kind == apply::RunKind::up ? "up" : "down";
}

std::string describe_interruption(const apply::JournalRun& run)
{
    return fmt::format("An 'onlan {}' has not finished: it was interrupted, or is waiting for "
                       "'onlan confirm'. If it was interrupted, the next 'up' or 'down' first {}.",
                       run_name(run),
                       run.kind == apply::RunKind::up ? "undoes what it did" : "finishes it");
}

} // namespace onlan::cli
