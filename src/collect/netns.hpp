#pragma once

#include "base/result.hpp"
#include "model/netns.hpp"

namespace onlan::collect {

// Everything in this thread's network namespace that decides what happens to a packet, without its
// name and how it calls its neighbours. Changes nothing. What cannot be read does not spoil the
// rest: `unread` says it.
[[nodiscard]] Result<model::Netns> collect_netns();

} // namespace onlan::collect
