#include <algorithm>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/json_document.hpp"
#include "base/number.hpp"
#include "cli/command.hpp"
#include "cli/print.hpp"
#include "cli/snapshot_source.hpp"
#include "model/explanation_json.hpp"
#include "render/svg.hpp"
#include "render/text.hpp"
#include "simulate/question.hpp"

namespace onlan::cli {
namespace {

using render::Detail;

struct ExplainOptions {
    std::string from;
    std::string to;
    SnapshotSource snapshot;
    Detail detail = Detail::summary;
    std::filesystem::path svg; // empty: none
    // Of the client.
    std::string source; // empty: as the kernel chooses
    std::optional<std::uint16_t> source_port;
    std::uint32_t mark = 0;
    std::uint32_t owner = 0;
    std::string size; // empty: a few bytes
};

Result<std::uint32_t> size_of(const std::string& text)
{
    constexpr std::uint32_t kMost = 65507; // that a datagram holds
    if (text == "full")
        return simulate::kFullSize;
    const auto bytes = parse_number<std::uint32_t>(text);
    if (!bytes || *bytes == 0)
        return fail(Failed::parse,
                    fmt::format("--size {}: give a number of bytes, or 'full'", text));
    return std::min(*bytes, kMost);
}

// What the options say of the flow beyond its ends.
Result<simulate::Flow> flow_of(const simulate::Question& question, const ExplainOptions& explain)
{
    simulate::Flow flow = question.flow();
    if (!explain.source.empty()) {
        ONLAN_TRY(flow.source, net::IpAddress::parse(explain.source));
        if (flow.source->family() != flow.to.family())
            return fail(Failed::parse, fmt::format("--source {} and the target {} are not of one "
                                                   "family of addresses",
                                                   explain.source, flow.to.to_string()));
    }
    flow.source_port = explain.source_port.value_or(flow.source_port);
    flow.mark = explain.mark;
    flow.owner = explain.owner;
    if (!explain.size.empty()) {
        ONLAN_TRY(flow.size, size_of(explain.size));
    }
    return flow;
}

Result<int> run_explain(const Options& options, const ExplainOptions& explain)
{
    ONLAN_TRY(const simulate::Target target, simulate::Target::parse(explain.to));
    ONLAN_TRY(model::Snapshot snapshot, read_snapshot(options, explain.snapshot, "explain"));
    const model::Names names(snapshot);
    ONLAN_TRY(const simulate::Question question,
              simulate::Question::pose(std::move(snapshot), explain.from, target));
    ONLAN_TRY(const simulate::Flow flow, flow_of(question, explain));
    const model::Explanation explanation = simulate::explain(question.world(), flow);
    const model::ExplainedFlow asked{
        .from = explain.from, .to = explain.to, .protocol = std::string(target.protocol_name())};
    constexpr mode_t kEverybodys = 0666; // a picture is made to be shown
    if (!explain.svg.empty())
        ONLAN_CHECK(
            write_document(explain.svg, render::svg(explanation, asked, names), kEverybodys));
    if (options.format == Format::json)
        std::cout << json_document_text(model::explanation_to_json(asked, explanation)) << '\n';
    else
        std::cout << render::text(explanation, asked, names, explain.detail, ink(options.paint));
    return explanation.outcome == model::Outcome::delivered ? kDone : kNo;
}

void add_client_options(CLI::App& syntax, ExplainOptions& explain)
{
    syntax.add_option("--source", explain.source, "let the client send from this address")
        ->type_name("IP");
    syntax
        .add_option("--source-port", explain.source_port,
                    "let it send from this port, or ping with this identifier (default 40000)")
        ->type_name("PORT")
        ->check(CLI::Range(1, 65535));
    syntax.add_option("--mark", explain.mark, "let it mark what it sends (SO_MARK)")
        ->type_name("MARK");
    syntax.add_option("--uid", explain.owner, "let it belong to this user (default 0: root)")
        ->type_name("UID");
    syntax
        .add_option("--size", explain.size,
                    "let both sides send so many bytes, or packets of full size (full)")
        ->type_name("BYTES");
}

} // namespace

Command add_explain(CLI::App& program)
{
    const auto explain = std::make_shared<ExplainOptions>();
    CLI::App* syntax = program.add_subcommand(
        "explain", "explain what happens to a flow, packet by packet; exit 3 if it fails");
    syntax
        ->add_option("--from", explain->from,
                     "send it from a container, host, netns:NAME, pid:N or lan:IP")
        ->type_name("WHO")
        ->required();
    syntax
        ->add_option("--to", explain->to,
                     "send it to IP:PORT/PROTO, IP/icmp or container:NAME:PORT")
        ->type_name("TARGET")
        ->required();
    add_snapshot_options(*syntax, explain->snapshot);
    add_client_options(*syntax, *explain);
    const auto detail = [explain](Detail how) { return [explain, how] { explain->detail = how; }; };
    syntax->add_flag_callback("--minimal", detail(Detail::minimal),
                              "show only the outcome and its cause");
    syntax->add_flag_callback("--summary", detail(Detail::summary),
                              "also show each stage that did something (default)");
    syntax->add_flag_callback("--detailed", detail(Detail::detailed), "show every stage");
    syntax->add_option("--svg", explain->svg, "also draw the path as an SVG picture")
        ->type_name("FILE");
    return {syntax, [explain](const Options& options) { return run_explain(options, *explain); }};
}

} // namespace onlan::cli
