#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace onlan::kernel {

// Switches below /proc/sys, by sysctl(8)'s names: "net.ipv4.conf.eth0/100.rp_filter" is
// /proc/sys/net/ipv4/conf/eth0.100/rp_filter. Those of net.* belong to the calling thread's network
// namespace.
[[nodiscard]] Result<std::string> read_sysctl(std::string_view name);
// The names of those directly in `folder`; none when the kernel does not have it.
[[nodiscard]] Result<std::vector<std::string>> list_sysctls(std::string_view folder);
[[nodiscard]] Result<> write_sysctl(std::string_view name, std::string_view value);

} // namespace onlan::kernel
