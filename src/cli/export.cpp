#include "plan/export.hpp"

#include <iostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/json_document.hpp"
#include "cli/options.hpp"
#include "cli/print.hpp"
#include "cli/session.hpp"
#include "plan/host_before.hpp"
#include "plan/names.hpp"

namespace onlan::cli {
namespace {

constexpr std::string_view kSchema = "onlan/export/1";

// Addresses that `up` reserved because somebody on the LAN used them.
void keep_reserved(plan::Survey& survey, const model::Snapshot& host)
{
    if (!host.docker)
        return;
    for (const model::DockerNetwork& network : host.docker->networks) {
        if (!network.labels.contains(std::string(plan::kDockerLabel)))
            continue;
        for (const model::DockerSubnet& subnet : network.subnets) {
            for (const auto& [why, address] : subnet.reserved) {
                if (why.starts_with("in-use-"))
                    survey.in_use.push_back(address);
            }
        }
    }
}

Result<std::vector<std::string>>
exported_commands(const Options& options, const model::Intent& intent, const model::Snapshot& host)
{
    ONLAN_TRY(const apply::Recorded journal, read_journal(options));
    const model::Snapshot before = plan::host_before(host, journal.ledger, intent);
    const plan::Ledger nothing;
    plan::Request request{.intent = intent,
                          .host = before,
                          .ledger = nothing,
                          .lans = {},
                          .stage = plan::Stage::complete,
                          .survey = {}};
    // As `up` does: nothing is asked of the LAN for a plan that cannot be.
    ONLAN_CHECK(plan::plan_up(request));
    // On a LAN that is there its own containers would answer.
    const auto to_do = plan::plan_up({.intent = intent,
                                      .host = host,
                                      .ledger = journal.ledger,
                                      .lans = {},
                                      .stage = plan::Stage::complete,
                                      .survey = {}});
    ONLAN_TRY(request.survey, survey(intent, host, to_do.value_or(plan::Plan{}), kAnswerTime));
    keep_reserved(request.survey, host);
    ONLAN_TRY(const plan::Plan planned, plan::plan_up(request));
    print_warnings(planned.warnings);
    return commands_of(planned);
}

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

Result<> print_export(const Options& options, const std::string& format)
{
    ONLAN_CHECK(require_root("export"));
    ONLAN_TRY(const model::Intent intent, load_intent(options));
    ONLAN_TRY(const model::Snapshot host, read_host(options));
    if (format == "commands") {
        ONLAN_TRY(const auto commands, exported_commands(options, intent, host));
        print_commands(options, commands);
        return {};
    }
    ONLAN_TRY(const auto files, format == "netplan" ? plan::export_netplan(intent, host)
                                                    : plan::export_networkd(intent, host));
    print_files(options, files);
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
