#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/trace.hpp"

namespace onlan::render {

// The devices that packets meet, as columns of a picture: those of one namespace beside each other,
// in the order in which they are met.
class Columns {
public:
    struct Device {
        std::string name;
        int x = 0; // the middle of the column
    };
    struct Namespace {
        std::string name;
        std::vector<Device> devices;
        int left = 0;
        int right = 0;
    };

    explicit Columns(const std::vector<model::TracedPacket>& packets);

    [[nodiscard]] const std::vector<Namespace>& namespaces() const { return namespaces_; }
    [[nodiscard]] int x(std::string_view netns, std::string_view device) const;
    [[nodiscard]] int width() const;

private:
    void meet(const model::Step& step);

    std::vector<Namespace> namespaces_;
};

} // namespace onlan::render
