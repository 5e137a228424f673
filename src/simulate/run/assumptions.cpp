#include "simulate/run/assumptions.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace onlan::simulate {
namespace {

void assume_unread(Run& run, const Namespace& netns)
{
    const auto assume = [&](const std::string& what) {
        run.assume(fmt::format("what could not be read in {} makes no difference: {}", netns.name(),
                               what));
    };
    std::ranges::for_each(netns.facts->unread, assume);
    for (const model::XtablesRuleset& rules : netns.facts->xtables) {
        for (const std::string& what : rules.unread)
            assume(fmt::format("{}-save: {}", model::xtables_program(rules.backend, rules.family),
                               what));
    }
}

} // namespace

void assume_what_was_passed(Run& run)
{
    std::set<const Device*> devices;
    std::set<const Namespace*> namespaces;
    for (const Record::Step& step : run.record.steps) {
        if (step.seen.protocol != 0 && namespaces.insert(step.netns).second) {
            for (const std::string& what : run.world.assumptions_of(*step.netns))
                run.assume(what);
            assume_unread(run, *step.netns);
            for (const std::string& what : step.netns->facts->assumed)
                run.assume(what);
        }
        if (step.device == nullptr || !devices.insert(step.device).second)
            continue;
        if (step.device->link->xdp)
            run.assume(fmt::format("the XDP program of {} in {} passes every frame",
                                   step.device->name(), step.netns->name()));
        if (step.device->link->traffic_control)
            run.assume(fmt::format("the tc filters on {} in {} pass every packet unchanged",
                                   step.device->name(), step.netns->name()));
    }
}

} // namespace onlan::simulate
