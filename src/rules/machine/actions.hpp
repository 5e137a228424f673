#pragma once

#include "rules/machine/fork.hpp"

namespace onlan::rules {

// How an action leaves the rule it stands in.
struct Done {
    enum class Kind : std::uint8_t {
        goes_on,
        breaks, // the packet lacks what it needs: the rule does not match
        ends,
        depends // on a value that is not known; nothing was done
    };
    Kind kind = Kind::goes_on;
    Verdict verdict = Verdict::accept;
};

[[nodiscard]] Done perform(const Assign& assign, Fork& fork, const Context& context);
[[nodiscard]] Done perform(const Notrack& notrack, Fork& fork, const Context& context);
[[nodiscard]] Done perform(const UpdateSet& update, Fork& fork, const Context& context);
[[nodiscard]] Done perform(const Translate& translate, Fork& fork, const Context& context);
[[nodiscard]] Done perform(const RejectPacket& reject, Fork& fork, const Context& context);
[[nodiscard]] Done perform(const DivertToSocket& divert, Fork& fork, const Context& context);
[[nodiscard]] Done perform(const Enqueue& enqueue, Fork& fork, const Context& context);

// What its outcome hangs on.
[[nodiscard]] const AnyOf* chance_in(const Assign& assign);
[[nodiscard]] const AnyOf* chance_in(const Translate& translate);
[[nodiscard]] const AnyOf* chance_in(const DivertToSocket& divert);

} // namespace onlan::rules
