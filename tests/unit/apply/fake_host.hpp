#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "apply/actuator.hpp"
#include "plan/changes/change.hpp"

namespace onlan::apply {

// A host on which every change is an object that is there or not. Like the real one, making what is
// there and taking away what is not there succeed.
class FakeHost final : public Actuator {
public:
    Result<> perform(const plan::Change& change) override
    {
        if (refused == change)
            return fail(Failed::refused, "the kernel says no");
        if (stuck && plan::inverse(*stuck) == change)
            return fail(Failed::refused, "it is in use");
        if (takes_away(change))
            std::erase_if(objects, [&](const auto& made) { return plan::inverse(made) == change; });
        else if (std::ranges::find(objects, change) == objects.end())
            objects.push_back(change);
        return {};
    }

    std::vector<plan::Change> objects;
    std::optional<plan::Change> refused; // cannot be made
    std::optional<plan::Change> stuck;   // cannot be taken away

private:
    static bool takes_away(const plan::Change& change)
    {
        return std::holds_alternative<plan::DeleteBridge>(change) ||
               std::holds_alternative<plan::ReleasePort>(change) ||
               std::holds_alternative<plan::SetDown>(change);
    }
};

} // namespace onlan::apply
