#pragma once

#include <string>

#include "model/trace.hpp"

namespace onlan::render {

// A phase that let the packet go on as it was, and that nobody misses: it is folded.
[[nodiscard]] bool is_trivial(const model::Step& step);
// One packet sent again, which ended as it did before.
[[nodiscard]] bool same_walk(const model::TracedPacket& one, const model::TracedPacket& other);

// "192.168.137.248:40000 > 172.18.0.2:5000"
[[nodiscard]] std::string tuple(const model::Header& header);

} // namespace onlan::render
