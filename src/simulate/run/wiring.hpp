#pragma once

#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "simulate/run/namespace.hpp"

namespace onlan::simulate {

// A device of a machine that is plugged into the segment behind a NIC.
struct Plug {
    std::string machine; // its namespace
    std::string device;
    std::string netns; // of the NIC
    std::string nic;
};

// Namespaces and how they are wired. It refers to the `model::Netns` that it was built from.
class Wiring {
public:
    Wiring(std::span<const model::Netns* const> namespaces, std::span<const Plug> plugs);

    [[nodiscard]] const std::vector<std::unique_ptr<Namespace>>& namespaces() const
    {
        return namespaces_;
    }
    [[nodiscard]] const Namespace* find(std::string_view name) const;

private:
    [[nodiscard]] Device* other_end(const Namespace& netns, const model::Link& link) const;
    void connect(Namespace& netns);
    void plug(const Plug& plug);
    [[nodiscard]] Device* find(const std::string& netns, std::string_view device) const;

    std::vector<std::unique_ptr<Namespace>> namespaces_;
    std::unordered_map<std::uint64_t, const Namespace*> by_inode_;
};

} // namespace onlan::simulate
