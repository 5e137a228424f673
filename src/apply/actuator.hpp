#pragma once

#include "base/result.hpp"
#include "plan/changes/change.hpp"

namespace onlan::apply {

// Makes one change to the host. That succeeds when there is nothing left to do, and does not touch
// an object that is not onlan's.
class Actuator {
public:
    Actuator() = default;
    Actuator(const Actuator&) = delete;
    Actuator& operator=(const Actuator&) = delete;
    virtual ~Actuator() = default;

    [[nodiscard]] virtual Result<> perform(const plan::Change& change) = 0;
};

} // namespace onlan::apply
