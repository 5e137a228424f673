#pragma once

#include <memory>
#include <vector>

#include "apply/host_actuator.hpp"
#include "base/result.hpp"
#include "kernel/netns.hpp"
#include "lab/story.hpp"
#include "model/intent.hpp"
#include "plan/plan.hpp"

namespace onlan::lab {

// The article's set-up as somebody makes it by hand: the links and the network that onlan makes
// too, but none of the guards. Then one cure after the other, and after each the next failure.
class ByHand {
public:
    [[nodiscard]] static Result<ByHand>
    open(const kernel::NetnsHandle& netns, const model::Intent& intent, plan::Stage stage);

    [[nodiscard]] Result<> make_links();
    // The four failures, as `container` on the second bridge sees them.
    [[nodiscard]] Result<> tell(const kernel::NetnsHandle& container, Narrator& narrator);
    // Everything that this object did, newest first.
    [[nodiscard]] Result<> take_back();

private:
    explicit ByHand(const kernel::NetnsHandle& host) : host_(host) {}

    [[nodiscard]] Result<> make(const plan::Change& change);
    [[nodiscard]] Result<> undo_last();
    [[nodiscard]] plan::Change isolation_lifted() const;

    const kernel::NetnsHandle& host_;
    std::unique_ptr<apply::HostActuator> actuator_;
    model::XtablesBackend backend_ = model::XtablesBackend::nft; // the one that Docker uses
    std::vector<plan::Change> links_;
    std::vector<plan::Change> accepts_; // bridged frames, in FORWARD
    std::vector<plan::Change> done_;
};

} // namespace onlan::lab
