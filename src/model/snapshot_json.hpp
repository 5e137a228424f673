#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "model/snapshot.hpp"

namespace onlan::model {

inline constexpr std::string_view kSnapshotSchema = "onlan/snapshot/1";

// One JSON document (docs/snapshot.md), with one line for each link, address, rule, entry…
[[nodiscard]] std::string snapshot_to_json(const Snapshot& snapshot);

// Reads it back. The document may come from anywhere: a malformed one is an error with the place of
// the first fault in it, a line for what is no JSON and a JSON pointer (RFC 6901) for the rest.
// What this version does not know is a fault too: leaving it out could change what the document
// explains.
[[nodiscard]] Result<Snapshot> snapshot_from_json(std::string_view text);

} // namespace onlan::model
