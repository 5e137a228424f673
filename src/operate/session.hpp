#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "apply/actuator.hpp"
#include "apply/journal.hpp"
#include "apply/lock.hpp"
#include "apply/transaction.hpp"
#include "operate/down.hpp"
#include "operate/up.hpp"

namespace onlan::operate {

enum class End : std::uint8_t { done, confirmed, not_confirmed, failed };

// How a run ended.
struct Ending {
    End end = End::done;
    std::vector<Error> errors; // of one that failed; the first is the cause
};

// How long a run waits to be confirmed. Zero: nobody has to. Where nobody says, a plan that moves a
// default route waits, because it may cut off who started it.
[[nodiscard]] std::chrono::seconds patience_for(const plan::Plan& plan,
                                                std::optional<std::chrono::seconds> wanted);

// The right to change the host, which nobody else has while this is there.
class Session {
public:
    // `command` is what a second onlan will say about the first. The observer has to live as long.
    [[nodiscard]] static Result<Session>
    open(Place place, std::string_view command, Observer& observer);
    // The same with another hand on the host.
    [[nodiscard]] static Result<Session> open(Place place,
                                              std::string_view command,
                                              Observer& observer,
                                              std::unique_ptr<apply::Actuator> actuator);

    // First of all: takes back an `up` that a crash cut short, and finishes such a `down`.
    [[nodiscard]] apply::RunResult recover();

    [[nodiscard]] Result<plan::Plan> prepare(const Up& up);
    [[nodiscard]] Result<DownPlan> prepare(const Down& down);

    [[nodiscard]] Ending build(const plan::Plan& plan, std::chrono::seconds patience);
    // What one failure leaves behind is no reason to leave the rest, unless the run has to be
    // confirmed: then it is all or nothing.
    [[nodiscard]] Ending
    tear_down(const Down& down, const plan::Plan& plan, std::chrono::seconds patience);

private:
    Session(Place place,
            apply::Lock lock,
            apply::Journal journal,
            std::unique_ptr<apply::Actuator> actuator,
            Observer& observer);

    [[nodiscard]] Ending build_unless_taken_back(const plan::Plan& plan,
                                                 std::chrono::seconds patience);
    [[nodiscard]] apply::Progress progress();

    Place place_;
    apply::Lock lock_;
    apply::Journal journal_;
    std::unique_ptr<apply::Actuator> actuator_;
    Observer& observer_;
};

} // namespace onlan::operate
