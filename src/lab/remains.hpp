#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <sys/types.h>

#include "base/result.hpp"

namespace onlan::lab {

// What a lab puts on the machine, and how it all goes away again: also after the process that built
// it was killed, because everything is found by its name or on record in the lab's folder.

// In /run, which a reboot empties as it does the namespaces.
inline constexpr std::string_view kFolder = "/run/onlan-lab";
// The names of its namespaces begin with it, and its containers' control groups are called so.
inline constexpr std::string_view kPrefix = "onlan-lab";

[[nodiscard]] std::string netns_name(std::string_view machine);

// Makes the folder. Failed::conflict when there is a lab already.
[[nodiscard]] Result<> claim_folder();
// Puts a process on record, to be killed in the end.
[[nodiscard]] Result<> record_process(pid_t process);

// Processes, namespaces, control groups, the folder. Nothing there: done.
[[nodiscard]] Result<> remove_lab();

} // namespace onlan::lab
