#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/netns.hpp"
#include "simulate/netfilter/hook_list.hpp"
#include "simulate/netfilter/rulebook.hpp"
#include "simulate/run/kernel.hpp"
#include "simulate/run/packet.hpp"
#include "simulate/run/wiring.hpp"

namespace onlan::simulate {

// docker-proxy: a listener that dials on.
struct Proxy {
    std::string netns;
    std::uint8_t protocol = kTcp;
    net::IpAddress address; // that it listens on; all zero: any
    std::uint16_t port = 0;
    net::IpAddress target;
    std::uint16_t target_port = 0;
};

// The rules of one namespace, and where they are hooked in.
struct Rules {
    std::shared_ptr<const Rulebook> book; // null: none
    HookLists hooks;

    explicit Rules(std::shared_ptr<const Rulebook> rulebook);
};

// Every namespace of a host and how they are wired: what does not change while packets travel. It
// refers to the `model::Netns` that it was built from; those must outlive it.
class World {
public:
    struct Part {
        const model::Netns* netns = nullptr;
        std::shared_ptr<const Rulebook> rules; // null: none
    };
    // What belongs to a world and is in no namespace.
    struct Beside {
        std::vector<Proxy> proxies;
        std::vector<Plug> plugs;
        // What had to be taken for granted to build it.
        std::vector<std::string> assumptions;
        // The same of a namespace: it is of interest where packets come by.
        std::map<std::string, std::vector<std::string>, std::less<>> assumptions_of;
        // Which of the kernel's ways its namespaces have.
        Kernel kernel;
    };
    [[nodiscard]] static World build(std::span<const Part> parts, Beside beside = {});

    // With the rules that each namespace has. An error names the rule that cannot be read.
    [[nodiscard]] static Result<std::vector<Part>>
    parts_of(std::span<const model::Netns> namespaces);
    [[nodiscard]] static Result<World> load(std::span<const model::Netns> namespaces,
                                            Beside beside = {});

    // The world in which `changed` stands in place of the namespace of its name. What the change
    // does not touch is shared: a change of rules costs the rules that it changes. All that this
    // world refers to, and `changed`, must outlive the other.
    [[nodiscard]] Result<World> with(const model::Netns& changed) const;

    [[nodiscard]] const Namespace* find(std::string_view name) const { return wiring_->find(name); }
    [[nodiscard]] const std::vector<std::unique_ptr<Namespace>>& namespaces() const
    {
        return wiring_->namespaces();
    }
    [[nodiscard]] const Rules& rules_of(const Namespace& netns) const
    {
        return *rules_[netns.number];
    }
    [[nodiscard]] const Proxy* proxy_of(const Namespace& netns, const model::Socket& socket) const;
    [[nodiscard]] const std::vector<std::string>& assumptions() const
    {
        return beside_->assumptions;
    }
    [[nodiscard]] std::span<const std::string> assumptions_of(const Namespace& netns) const;
    [[nodiscard]] const Kernel& kernel() const { return beside_->kernel; }

private:
    World() = default;
    void wire();

    std::vector<const model::Netns*> facts_;
    std::vector<std::shared_ptr<const Rules>> rules_; // in the places of `facts_`
    std::shared_ptr<const Wiring> wiring_;
    std::shared_ptr<const Beside> beside_;
};

} // namespace onlan::simulate
