#pragma once

#include <filesystem>
#include <string>

#include "apply/journal.hpp"
#include "base/result.hpp"
#include "model/snapshot.hpp"
#include "operate/observer.hpp"

namespace onlan::operate {

// Where onlan works. The network is that of this thread's namespace.
struct Place {
    std::string docker_host;
    std::filesystem::path state_folder; // of the journal and the lock
};

[[nodiscard]] Result<model::Snapshot> read_host(const Place& place, Observer& observer);
// What onlan has made here, without opening the journal for writing.
[[nodiscard]] Result<apply::Recorded> read_journal(const Place& place, Observer& observer);

} // namespace onlan::operate
