#pragma once

#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/intent.hpp"
#include "operate/place.hpp"

namespace onlan::operate {

// The links that somebody else has to make before onlan can make these LANs (empty: all).
[[nodiscard]] std::set<std::string> links_below(const model::Intent& intent,
                                                const std::vector<std::string>& lans);

// Failed::timeout, naming what is still missing, when `patience` is over.
[[nodiscard]] Result<> wait_for_links(const std::set<std::string>& links,
                                      std::chrono::seconds patience,
                                      Observer& observer);
[[nodiscard]] Result<>
wait_for_docker(const Place& place, std::chrono::seconds patience, Observer& observer);

} // namespace onlan::operate
