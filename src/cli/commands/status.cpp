#include "operate/status.hpp"

#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/json_document.hpp"
#include "base/text_table.hpp"
#include "cli/command.hpp"
#include "cli/print.hpp"
#include "cli/start.hpp"
#include "cli/terminal.hpp"

namespace onlan::cli {
namespace {

using nlohmann::json;
using plan::GuardState;
using plan::LanStatus;

std::string_view state_name(GuardState state)
{
    switch (state) {
    case GuardState::in_place:
        return "in place";
    case GuardState::missing:
        return "MISSING";
    case GuardState::not_needed:
        return "not needed";
    }
    return {};
}

std::string painted(GuardState state, Paint paint)
{
    return state == GuardState::missing ? bad(state_name(state), paint)
                                        : std::string(state_name(state));
}

std::string state_words(const LanStatus& status, Paint paint)
{
    if (status.as_configured())
        return good("as configured", paint);
    return bad(status.made ? "DRIFTED" : "not up", paint);
}

std::string text_of(const std::optional<net::InterfaceAddress>& address)
{
    return address ? address->to_string() : "-";
}

std::string text_of(const std::optional<net::MacAddress>& mac)
{
    return mac ? mac->to_string() : "-";
}

void print_list(std::string_view heading, const std::vector<std::string>& lines)
{
    if (lines.empty())
        return;
    std::cout << "  " << heading << '\n';
    for (const std::string& line : lines)
        std::cout << "    " << line << '\n';
}

void print_lan(const LanStatus& status, Paint paint)
{
    const model::Lan& lan = status.lan;
    std::cout << fmt::format("{}: {}\n", lan.name, state_words(status, paint));
    std::cout << fmt::format(
        "  uplink   {}{}\n  attach   {}\n  network  {}\n", lan.uplink.bridge,
        lan.uplink.ports.empty() ? std::string{}
                                 : fmt::format(" (ports: {})", fmt::join(lan.uplink.ports, ", ")),
        model::attach_mode_name(lan.attach),
        status.network != nullptr
            ? fmt::format("Docker network {} (driver {})", lan.name, status.network->driver)
            : std::string("no Docker network"));
    if (!status.guards.empty()) {
        TextTable table({"GUARD", "STATE", "BECAUSE"});
        for (const plan::GuardStatus& guard : status.guards)
            table.add({guard.name, painted(guard.state, paint), guard.why});
        std::cout << table.to_string("  ");
    }
    if (status.network != nullptr && !status.network->endpoints.empty()) {
        TextTable table({"CONTAINER", "IPV4", "IPV6", "MAC"});
        for (const model::DockerEndpoint& endpoint : status.network->endpoints)
            table.add({endpoint.container, text_of(endpoint.ipv4), text_of(endpoint.ipv6),
                       text_of(endpoint.mac)});
        std::cout << table.to_string("  ");
    }
    if (!status.cut_off.empty())
        print_list(
            "cut off, because their interfaces were deleted with an earlier bridge; restart them:",
            {fmt::format("docker restart {}", fmt::join(status.cut_off, " "))});
    print_list("preventing 'onlan up':", status.problems);
    print_list("'onlan up' would:", status.drift);
    print_list("not fixed by 'onlan up':", status.unmended);
}

json endpoints_to_json(const LanStatus& status)
{
    json endpoints = json::array();
    if (status.network == nullptr)
        return endpoints;
    for (const model::DockerEndpoint& endpoint : status.network->endpoints) {
        json one{{"container", endpoint.container}};
        if (endpoint.ipv4)
            one["ipv4"] = endpoint.ipv4->to_string();
        if (endpoint.ipv6)
            one["ipv6"] = endpoint.ipv6->to_string();
        if (endpoint.mac)
            one["mac"] = endpoint.mac->to_string();
        endpoints.push_back(std::move(one));
    }
    return endpoints;
}

json lan_to_json(const LanStatus& status)
{
    json guards = json::array();
    for (const plan::GuardStatus& guard : status.guards)
        guards.push_back(
            {{"name", guard.name}, {"state", state_name(guard.state)}, {"because", guard.why}});
    return {{"lan", status.lan.name},
            {"state", status.as_configured() ? "as-configured"
                      : status.made          ? "drifted"
                                             : "not-up"},
            {"uplink", {{"bridge", status.lan.uplink.bridge}, {"ports", status.lan.uplink.ports}}},
            {"attach", model::attach_mode_name(status.lan.attach)},
            {"network", status.network != nullptr ? json(status.network->name) : json(nullptr)},
            {"guards", std::move(guards)},
            {"endpoints", endpoints_to_json(status)},
            {"drift", status.drift},
            {"problems", status.problems},
            {"cut_off", status.cut_off},
            {"unmended", status.unmended},
            {"warnings", status.warnings}};
}

json status_to_json(const operate::Status& status)
{
    json document{
        {"schema", "onlan/status/1"},
        {"lans", json::array()},
        {"removed", status.removed},
        {"interrupted", status.unfinished ? json(run_name(*status.unfinished)) : json(nullptr)}};
    for (const LanStatus& lan : status.lans)
        document["lans"].push_back(lan_to_json(lan));
    return document;
}

void print_status(const operate::Status& status, Paint paint)
{
    if (status.unfinished)
        std::cout << describe_interruption(*status.unfinished) << '\n';
    for (const LanStatus& lan : status.lans) {
        print_warnings(lan.warnings);
        print_lan(lan, paint);
    }
    for (const std::string& name : status.removed)
        std::cout << fmt::format("{}: no longer in the configuration; 'onlan up' removes it\n",
                                 name);
}

Result<int> run_status(const Options& options, const std::string& lan)
{
    ONLAN_CHECK(require_root("status"));
    Terminal terminal(options);
    ONLAN_TRY(const model::Intent intent, load_intent(options, terminal));
    ONLAN_TRY(const auto status, operate::status(options.place, intent, lan, terminal));
    if (options.format == Format::json)
        std::cout << json_document_text(status_to_json(status)) << '\n';
    else
        print_status(status, options.paint);
    return status.as_configured() ? kDone : kNo;
}

} // namespace

Command add_status(CLI::App& program)
{
    const auto lan = std::make_shared<std::string>();
    CLI::App* syntax = program.add_subcommand(
        "status",
        "show each LAN: uplink, mode, guards, containers, drift; exit 3 if anything drifted");
    syntax->add_option("LAN", *lan, "show only this LAN");
    return {syntax, [lan](const Options& options) { return run_status(options, *lan); }};
}

} // namespace onlan::cli
