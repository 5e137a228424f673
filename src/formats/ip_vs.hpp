#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace onlan::formats {

// The virtual services in /proc/net/ip_vs, in the words of ipvsadm: "TCP 192.168.77.1:80", "FWM 1".
[[nodiscard]] std::vector<std::string> virtual_services_from_proc(std::string_view text);
// A sentence for those who read what was not looked at; empty: there are none.
[[nodiscard]] std::string virtual_services_sentence(std::string_view text);

} // namespace onlan::formats
