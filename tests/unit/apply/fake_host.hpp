#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "apply/actuator.hpp"
#include "plan/holds.hpp"

namespace onlan::apply {

// A host on which every change is an object that is there or not. Like the real one, making what is
// there and undoing what is not there succeed.
class FakeHost final : public Actuator {
public:
    Result<> make(const plan::Change& change) override
    {
        if (refused && *refused == change)
            return fail(Failed::refused, "the kernel says no");
        if (std::ranges::find(objects, change) == objects.end())
            objects.push_back(change);
        return {};
    }
    Result<> undo(const plan::Change& change) override
    {
        if (stuck && *stuck == change)
            return fail(Failed::refused, "it is in use");
        std::erase(objects, change);
        return {};
    }

    std::vector<plan::Change> objects;
    std::optional<plan::Change> refused; // cannot be made
    std::optional<plan::Change> stuck;   // cannot be undone
};

} // namespace onlan::apply
