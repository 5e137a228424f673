#pragma once

#include "base/result.hpp"
#include "plan/change.hpp"

namespace onlan::apply {

// Does one change to the host, or takes it back. Both succeed when there is nothing left to do, and
// neither touches an object that is not onlan's.
class Actuator {
public:
    Actuator() = default;
    Actuator(const Actuator&) = delete;
    Actuator& operator=(const Actuator&) = delete;
    virtual ~Actuator() = default;

    [[nodiscard]] virtual Result<> make(const plan::Change& change) = 0;
    [[nodiscard]] virtual Result<> undo(const plan::Change& change) = 0;
};

} // namespace onlan::apply
