#include "plan/attach/bare_link.hpp"
#include "plan/attach/cable.hpp"
#include "plan/attach/free_name.hpp"
#include "plan/attach/modes.hpp"
#include "plan/names.hpp"

namespace onlan::plan {
namespace {

// A container's interface is a macvlan link on the cable's inner end.
class Macvlan : public Attachment {
public:
    [[nodiscard]] std::vector<std::string> links(const model::Lan& lan) const override
    {
        return {uplink_end(lan), container_end(lan)};
    }

    [[nodiscard]] std::vector<Change> make_links(const model::Lan& lan,
                                                 const model::Host& host) const override
    {
        std::vector<Change> changes = cable(lan, host);
        // Of a bridge's ports the IP stack sees nothing; a macvlan's parent has one of its own.
        changes.emplace_back(without_arp(container_end(lan)));
        changes.emplace_back(SetMaster{.link = uplink_end(lan), .master = lan.uplink.bridge});
        return changes;
    }

    [[nodiscard]] std::vector<Guard>
    guards(const model::Lan& lan, const model::Host& host, Stage /*stage*/) const override
    {
        return bridged_guards(lan, host, lan.uplink.bridge);
    }

    [[nodiscard]] NetworkDriver driver(const model::Lan& lan) const override
    {
        return {.name = "macvlan",
                .options = {{"parent", container_end(lan)}, {"macvlan_mode", "bridge"}}};
    }

    void check(const model::Lan& lan, const model::Host& host, Findings& findings) const override
    {
        if (is_whole_cable(lan, host))
            return;
        for (const std::string& link : links(lan))
            check_name_is_free(lan, link, host, findings);
    }

    // An interface that went with its parent leaves no trace on the host: it was in its container.
    [[nodiscard]] std::vector<std::string> cut_off(const model::Lan& /*lan*/,
                                                   const model::Host& /*host*/) const override
    {
        return {};
    }
};

} // namespace

const Attachment& macvlan()
{
    static const Macvlan mode;
    return mode;
}

} // namespace onlan::plan
