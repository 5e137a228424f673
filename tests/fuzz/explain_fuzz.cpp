#include <algorithm>
#include <cstdint>
#include <string>

#include "model/explanation_json.hpp"
#include "model/snapshot_json.hpp"
#include "render/svg.hpp"
#include "render/text.hpp"
#include "simulate/question.hpp"

namespace {

using namespace onlan;

void ask(const model::Snapshot& snapshot, const std::string& from, const std::string& to)
{
    const auto target = simulate::Target::parse(to);
    if (!target)
        return;
    const auto question = simulate::Question::pose(snapshot, from, *target);
    if (!question)
        return;
    const model::Explanation explanation = simulate::explain(question->world(), question->flow());
    const model::Names names(snapshot);
    const model::ExplainedFlow flow{.from = from, .to = to, .protocol = "tcp"};
    (void)render::text(explanation, flow, names, render::Detail::detailed, {});
    (void)render::svg(explanation, flow, names);
    (void)model::explanation_to_json(flow, explanation).dump();
}

} // namespace

// Questions about any snapshot are answered or refused, and the answers can be shown: from its
// first namespace to its last and back, and out.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto snapshot = model::snapshot_from_json({reinterpret_cast<const char*>(data), size});
    if (!snapshot || snapshot->namespaces.empty())
        return 0;
    const std::string& first = snapshot->namespaces.front().name;
    const std::string& last = snapshot->namespaces.back().name;
    ask(*snapshot, first, last + ":80");
    ask(*snapshot, last, first + ":53/udp");
    ask(*snapshot, last, "192.0.2.1/icmp");
    return 0;
}
