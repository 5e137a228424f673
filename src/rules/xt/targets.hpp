#pragma once

#include "rules/xt/matches.hpp"

namespace onlan::rules::xt::targets {

// Each file has the rows of its targets; a further one is a file and its name here.
Rows ct, header_targets, ipset, mark_targets, nat, other_targets, reject;
inline constexpr std::array kFiles = {ct,  header_targets, ipset, mark_targets,
                                      nat, other_targets,  reject};

} // namespace onlan::rules::xt::targets
