#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string_view>

#include <linux/netlink.h>

#include "base/result.hpp"

namespace onlan::kernel {

// The indices of the Wi-Fi interfaces in this thread's network namespace; none where the kernel has
// no nl80211.
[[nodiscard]] Result<std::set<int>> dump_wireless();

// The number of the generic netlink family `name`; nothing when the message tells of another.
[[nodiscard]] Result<std::optional<std::uint16_t>> family_id_from_message(const nlmsghdr& message,
                                                                          std::string_view name);

// Nothing for a radio's virtual device without an interface, such as that of Wi-Fi Direct.
[[nodiscard]] Result<std::optional<int>> wireless_index_from_message(const nlmsghdr& message);

} // namespace onlan::kernel
