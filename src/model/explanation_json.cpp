#include "model/explanation_json.hpp"

namespace onlan::model {
namespace {

using nlohmann::json;

json because_to_json(const Because& because)
{
    struct Convert {
        json operator()(const ByKernel& by) const
        {
            return {{"type", "kernel"}, {"function", by.function}, {"text", by.text}};
        }
        json operator()(const ByRule& by) const
        {
            json rule{{"type", by.number == 0 ? "policy" : "rule"},
                      {"text", by.text},
                      {"program", by.program},
                      {"table", by.table},
                      {"chain", by.chain}};
            if (by.handle != 0)
                rule["handle"] = by.handle;
            if (by.number != 0)
                rule["number"] = by.number;
            return rule;
        }
        json operator()(const BySysctl& by) const
        {
            return {{"type", "sysctl"},
                    {"name", by.name},
                    {"value", by.value},
                    {"text", reason_text(by)}};
        }
        json operator()(const ByEntry& by) const
        {
            return {{"type", table_name(by.table)}, {"text", by.text}};
        }
    };
    return std::visit(Convert{}, because);
}

json port_to_json(const PortRange& port)
{
    if (port.random())
        return {{"first", port.first}, {"last", port.last}};
    return port.first;
}

json header_to_json(const Header& header)
{
    json packet{{"src", header.source.to_string()},
                {"dst", header.destination.to_string()},
                {"sport", port_to_json(header.source_port)},
                {"dport", port_to_json(header.destination_port)},
                {"flags", header.flags}};
    if (!header.ct.empty())
        packet["ct"] = header.ct;
    if (header.mark != 0)
        packet["mark"] = header.mark;
    return packet;
}

json step_to_json(const Step& step)
{
    json document{{"netns", step.netns},
                  {"device", step.device},
                  {"stage", word(step.stage)},
                  {"action", word(step.action)},
                  {"because", because_to_json(step.because)},
                  {"packet", header_to_json(step.packet)}};
    if (step.before)
        document["before"] = header_to_json(*step.before);
    return document;
}

json match_to_json(const Match& match)
{
    return {{"netns", match.netns},
            {"device", match.device},
            {"stage", word(match.stage)},
            {"rule", because_to_json(match.rule)}};
}

json connection_to_json(const TrackedConnection& connection)
{
    return {{"netns", connection.netns},
            {"protocol", connection.protocol},
            {"original", header_to_json(connection.original)},
            {"reply", header_to_json(connection.reply)},
            {"text", connection.text}};
}

json packet_to_json(const TracedPacket& packet)
{
    json document{{"number", packet.number},
                  {"summary", packet.summary},
                  {"steps", json::array()},
                  {"matches", json::array()}};
    if (packet.answers != 0)
        document["answers"] = packet.answers;
    for (const Step& step : packet.steps)
        document["steps"].push_back(step_to_json(step));
    for (const Match& match : packet.matches)
        document["matches"].push_back(match_to_json(match));
    return document;
}

} // namespace

json explanation_to_json(const ExplainedFlow& flow, const Explanation& explanation)
{
    json document{
        {"schema", "onlan/explanation/1"},
        {"flow", {{"from", flow.from}, {"to", flow.to}, {"protocol", flow.protocol}}},
        {"outcome", outcome_name(explanation.outcome)},
        {"cause", {{"kind", word(explanation.cause.kind)}, {"summary", explanation.cause.summary}}},
        {"assumptions", explanation.assumptions},
        {"packets", json::array()},
        {"conntrack", json::array()}};
    if (!explanation.error.empty())
        document["errno"] = explanation.error;
    if (explanation.full_size)
        document["full_size"] = outcome_name(*explanation.full_size);
    if (explanation.cause.object)
        document["cause"]["object"] = because_to_json(*explanation.cause.object);
    for (const CauseLink& link : explanation.cause.chain)
        document["cause"]["chain"].push_back(
            {{"packet", link.packet}, {"phase", link.phase}, {"text", link.text}});
    for (const TracedPacket& packet : explanation.packets)
        document["packets"].push_back(packet_to_json(packet));
    for (const TrackedConnection& connection : explanation.conntrack)
        document["conntrack"].push_back(connection_to_json(connection));
    return document;
}

} // namespace onlan::model
