#pragma once

#include "model/snapshot.hpp"
#include "redact/keyed_hash.hpp"

namespace onlan::redact {

// The same host under other addresses, MAC addresses and names, which explains the same way: for
// showing it around. Each key gives other ones. Comments, log prefixes and labels are replaced
// whole; what stays is listed in docs/snapshot.md.
[[nodiscard]] model::Snapshot redacted(model::Snapshot snapshot, const Key& key);

} // namespace onlan::redact
