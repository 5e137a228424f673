#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

#include "apply/journal.hpp"
#include "plan/plan.hpp"

namespace onlan::operate {

// Hears what onlan does while it does it, and makes of it what it likes: prints, tells a story,
// logs. What it does not override it does not hear. It must not fail.
class Observer {
public:
    Observer() = default;
    Observer(const Observer&) = delete;
    Observer& operator=(const Observer&) = delete;
    virtual ~Observer() = default;

    // What is read or waited for now, for who wonders what takes so long.
    virtual void note(std::string_view /*what*/) {}
    // The machines behind this link are asked whether they use so many addresses.
    virtual void asking(std::size_t /*addresses*/, std::string_view /*link*/) {}
    // What a run before this one left half done is put right; its steps follow.
    virtual void recovering(const apply::JournalRun& /*run*/) {}
    // A step is about to be done.
    virtual void changing(const plan::PlannedStep& /*step*/) {}
    // So many records of this run are in the journal, the last of them just now.
    virtual void recorded(unsigned /*records*/) {}

    // Everything is done, and is undone unless somebody confirms it in time. The terminal on which
    // an empty line does that; -1 where nobody sits at one.
    virtual int confirmable(std::chrono::seconds /*patience*/) { return -1; }
};

} // namespace onlan::operate
