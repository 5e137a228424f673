#pragma once

#include <map>
#include <string>
#include <string_view>

namespace onlan::kernel {

// What the running kernel has, seen and not inferred from its version: distributions carry code of
// later releases. The names are in docs/snapshot.md. What could not be asked is absent.
[[nodiscard]] std::map<std::string, bool> probe_features();

// Of /proc/kallsyms, which lists the functions of the kernel and of its loaded modules. Pure.
[[nodiscard]] std::map<std::string, bool> features_from_symbols(std::string_view kallsyms);

} // namespace onlan::kernel
