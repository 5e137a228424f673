#include "render/columns.hpp"

#include <algorithm>

namespace onlan::render {
namespace {

constexpr int kMargin = 20;
constexpr int kGap = 24;
constexpr int kColumn = 150;

} // namespace

Columns::Columns(const std::vector<model::TracedPacket>& packets)
{
    for (const model::TracedPacket& packet : packets) {
        for (const model::Step& step : packet.steps)
            meet(step);
    }
    int left = kMargin;
    for (Namespace& netns : namespaces_) {
        netns.left = left;
        for (Device& device : netns.devices) {
            device.x = left + kColumn / 2;
            left += kColumn;
        }
        netns.right = left;
        left += kGap;
    }
}

void Columns::meet(const model::Step& step)
{
    auto netns = std::ranges::find(namespaces_, step.netns, &Namespace::name);
    if (netns == namespaces_.end()) {
        namespaces_.push_back({.name = step.netns, .devices = {}});
        netns = namespaces_.end() - 1;
    }
    if (std::ranges::find(netns->devices, step.device, &Device::name) == netns->devices.end())
        netns->devices.push_back({.name = step.device});
}

int Columns::x(std::string_view netns, std::string_view device) const
{
    for (const Namespace& one : namespaces_) {
        const auto found = std::ranges::find(one.devices, device, &Device::name);
        if (one.name == netns && found != one.devices.end())
            return found->x;
    }
    return 0;
}

int Columns::width() const
{
    return namespaces_.empty() ? 2 * kMargin : namespaces_.back().right + kMargin;
}

} // namespace onlan::render
