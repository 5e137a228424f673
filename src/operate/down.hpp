#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "operate/place.hpp"
#include "plan/plan.hpp"

namespace onlan::operate {

// A `down` as somebody asks for it.
struct Down {
    std::vector<std::string> lans;       // empty: all
    std::vector<std::string> configured; // which may well be down already
};

struct DownPlan {
    plan::Plan plan;
    Result<> unused; // the error says why it must not be done now
    // Docker does not answer, so that its networks have to wait for the next `down`.
    bool leaves_networks = false;
};

// Reads who uses what is to be taken away, and plans. Changes nothing. A name that is neither
// configured nor on the ledger is a mistake.
[[nodiscard]] Result<DownPlan>
prepare(const Place& place, const Down& down, const plan::Ledger& ledger);

// The same for a host that has been read.
[[nodiscard]] Result<DownPlan>
prepare(const model::Host& host, const Down& down, const plan::Ledger& ledger);

} // namespace onlan::operate
