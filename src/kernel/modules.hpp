#pragma once

#include <string_view>

namespace onlan::kernel {

// Whether this code is in the running kernel, built in or loaded. Asking the kernel for something
// of a module that is not there would load it (request_module() in net/netfilter/nfnetlink.c and
// net/core/sock_diag.c), and looking at a host must not change it.
[[nodiscard]] bool has_module(std::string_view name);

} // namespace onlan::kernel
