#include "simulate/run/assumptions.hpp"

#include <set>

#include <fmt/format.h>

namespace onlan::simulate {

void assume_what_was_passed(Run& run)
{
    std::set<const Device*> devices;
    std::set<const Namespace*> namespaces;
    for (const Record::Step& step : run.record.steps) {
        if (namespaces.insert(step.netns).second) {
            for (const std::string& what : step.netns->facts->unread)
                run.assume(fmt::format("what could not be read in {} makes no difference: {}",
                                       step.netns->name(), what));
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
