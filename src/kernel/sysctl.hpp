#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace onlan::kernel {

// Switches below /proc/sys, by sysctl(8)'s names: "net.ipv4.conf.eth0/100.rp_filter" is
// /proc/sys/net/ipv4/conf/eth0.100/rp_filter. Those of net.* belong to the calling thread's network
// namespace.
[[nodiscard]] Result<std::string> read_sysctl(std::string_view name);
[[nodiscard]] Result<> write_sysctl(std::string_view name, std::string_view value);

} // namespace onlan::kernel
