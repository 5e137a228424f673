#include "plan/export.hpp"

#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/json_document.hpp"
#include "cli/command.hpp"
#include "cli/print.hpp"
#include "cli/start.hpp"
#include "cli/terminal.hpp"
#include "operate/up.hpp"

namespace onlan::cli {
namespace {

constexpr std::string_view kSchema = "onlan/export/1";

void print_commands(const Options& options, const std::vector<std::string>& commands)
{
    if (options.format == Format::json) {
        std::cout << json_document_text({{"schema", kSchema}, {"commands", commands}}) << '\n';
        return;
    }
    for (const std::string& command : commands)
        std::cout << command << '\n';
}

void print_files(const Options& options, const std::vector<plan::ExportedFile>& files)
{
    if (options.format == Format::json) {
        auto all = nlohmann::json::array();
        for (const auto& [path, text] : files)
            all.push_back({{"path", path}, {"text", text}});
        std::cout << json_document_text({{"schema", kSchema}, {"files", std::move(all)}}) << '\n';
        return;
    }
    for (const auto& [path, text] : files)
        std::cout << fmt::format("### {}\n{}\n", path, text);
}

Result<int> run_export(const Options& options, const std::string& format)
{
    ONLAN_CHECK(require_root("export"));
    Terminal terminal(options);
    ONLAN_TRY(const model::Intent intent, load_intent(options, terminal));
    if (format == "commands") {
        ONLAN_TRY(const auto plan, operate::prepare_afresh(options.place, intent, terminal));
        print_warnings(plan.warnings);
        ONLAN_TRY(const auto commands, commands_of(plan));
        print_commands(options, commands);
        return kDone;
    }
    ONLAN_TRY(const model::Snapshot host, operate::read_host(options.place, terminal));
    ONLAN_TRY(const auto files, format == "netplan" ? plan::export_netplan(intent, host)
                                                    : plan::export_networkd(intent, host));
    print_files(options, files);
    return kDone;
}

} // namespace

Command add_export(CLI::App& program)
{
    const auto format = std::make_shared<std::string>();
    CLI::App* syntax = program.add_subcommand(
        "export", "print the links for another tool, or everything as shell commands");
    syntax->add_option("FORMAT", *format, "print netplan, networkd or commands")
        ->required()
        ->check(CLI::IsMember({"netplan", "networkd", "commands"}));
    return {syntax, [format](const Options& options) { return run_export(options, *format); }};
}

} // namespace onlan::cli
