#pragma once

#include <map>
#include <string>
#include <vector>

#include "plan/attach/guards.hpp"
#include "plan/findings.hpp"
#include "plan/plan.hpp"

namespace onlan::plan {

// Docker's network driver that gives a container its interface, and what it is told.
struct NetworkDriver {
    std::string name;
    std::map<std::string, std::string> options;
};

// How a container's interface reaches the uplink: all that differs between the attach modes. Each
// is an object without state, in a file of this folder.
class Attachment {
public:
    Attachment() = default;
    Attachment(const Attachment&) = delete;
    Attachment& operator=(const Attachment&) = delete;
    virtual ~Attachment() = default;

    // The names of its links on the host, from the uplink inwards. So they are given a new MTU, for
    // a bridge cannot have more than its ports; and they are set up the other way round.
    [[nodiscard]] virtual std::vector<std::string> links(const model::Lan& lan) const = 0;

    // Makes the links and connects them; none of them carries anything before it is set up.
    [[nodiscard]] virtual std::vector<Change> make_links(const model::Lan& lan,
                                                         const model::Host& host) const = 0;

    [[nodiscard]] virtual std::vector<Guard>
    guards(const model::Lan& lan, const model::Host& host, Stage stage) const = 0;

    [[nodiscard]] virtual NetworkDriver driver(const model::Lan& lan) const = 0;

    // What is in the way of this mode and of no other.
    virtual void
    check(const model::Lan& lan, const model::Host& host, Findings& findings) const = 0;

    // Running containers on the LAN's network whose interfaces lead nowhere any more.
    [[nodiscard]] virtual std::vector<std::string> cut_off(const model::Lan& lan,
                                                           const model::Host& host) const = 0;
};

[[nodiscard]] const Attachment& attachment(model::AttachMode mode);

} // namespace onlan::plan
