#include "plan/export.hpp"

#include <iostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/options.hpp"
#include "cli/print.hpp"
#include "cli/session.hpp"
#include "collect/host.hpp"
#include "plan/describe.hpp"

namespace onlan::cli {
namespace {

Result<>
print_commands(const Options& options, const model::Intent& intent, const model::Host& host)
{
    const plan::Ledger nothing;
    ONLAN_TRY(const plan::Plan planned, plan::plan_up({.intent = intent,
                                                       .host = host,
                                                       .ledger = nothing,
                                                       .lans = {},
                                                       .stage = plan::Stage::complete,
                                                       .survey = {}}));
    auto lines = nlohmann::json::array();
    for (const plan::Step& step : planned.steps) {
        for (const std::string& line : plan::commands(step))
            lines.push_back(line);
    }
    print_warnings(planned.warnings);
    if (options.format == Format::json)
        std::cout << lines.dump(2) << '\n';
    else
        for (const auto& line : lines)
            std::cout << line.get_ref<const std::string&>() << '\n';
    return {};
}

void print_files(const Options& options, const std::vector<plan::ExportedFile>& files)
{
    if (options.format == Format::json) {
        auto all = nlohmann::json::array();
        for (const auto& [path, text] : files)
            all.push_back({{"path", path}, {"text", text}});
        std::cout << all.dump(2) << '\n';
        return;
    }
    for (const auto& [path, text] : files)
        std::cout << fmt::format("### {}\n{}\n", path, text);
}

Result<> print_export(const Options& options, const std::string& format)
{
    ONLAN_CHECK(require_root("export"));
    ONLAN_TRY(const model::Intent intent, load_intent(options));
    ONLAN_TRY(const model::Host host, collect::collect_host(options.docker_host));
    if (format == "commands")
        return print_commands(options, intent, host);
    print_files(options, format == "netplan" ? plan::export_netplan(intent, host)
                                             : plan::export_networkd(intent, host));
    return {};
}

} // namespace

int export_set_up(const Options& options, const std::string& format)
{
    if (const auto printed = print_export(options, format); !printed) {
        print_error(printed.error());
        return kCouldNot;
    }
    return kDone;
}

} // namespace onlan::cli
