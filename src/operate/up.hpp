#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/intent.hpp"
#include "operate/place.hpp"
#include "operate/survey.hpp"
#include "plan/plan.hpp"

namespace onlan::operate {

// An `up` as somebody asks for it.
struct Up {
    const model::Intent& intent;
    std::vector<std::string> lans; // empty: all
    plan::Stage stage = plan::Stage::complete;
    std::chrono::seconds wait{0}; // for the uplinks' links, and then as long for Docker
    std::chrono::milliseconds answer_time = kAnswerTime;
};

// Waits for what it needs, reads the host, asks the LAN, and plans. Changes nothing.
[[nodiscard]] Result<plan::Plan>
prepare(const Place& place, const Up& up, const plan::Ledger& ledger, Observer& observer);

// What `up` would do on this host if nothing of it were made yet.
[[nodiscard]] Result<plan::Plan>
prepare_afresh(const Place& place, const model::Intent& intent, Observer& observer);

} // namespace onlan::operate
