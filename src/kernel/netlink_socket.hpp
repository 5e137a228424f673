#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include <libmnl/libmnl.h>
#include <linux/netlink.h>

#include "base/result.hpp"

namespace onlan::kernel {

struct CloseNetlink {
    void operator()(mnl_socket* socket) const noexcept { mnl_socket_close(socket); }
};
using MnlSocket = std::unique_ptr<mnl_socket, CloseNetlink>;

// One netlink socket of the network namespace in which it was opened; it stays bound to it. Errors
// carry the kernel's errno and, where it gave one, its own sentence (NETLINK_EXT_ACK).
class NetlinkSocket {
public:
    // `bus` is NETLINK_ROUTE or another of linux/netlink.h.
    [[nodiscard]] static Result<NetlinkSocket> open(int bus);

    // Sends one request that is not a dump and waits for its acknowledgement.
    [[nodiscard]] Result<> transact(nlmsghdr& request);

    using Take = std::function<Result<>(const nlmsghdr&)>;
    // The same for a request that has an answer before its acknowledgement, which goes to `take`.
    [[nodiscard]] Result<> ask(nlmsghdr& request, const Take& take);

    // Sends a dump request and hands every answer to `take`. If the kernel's table changed
    // meanwhile (NLM_F_DUMP_INTR), the dump is repeated from its start, so `restart` is called
    // before each attempt.
    [[nodiscard]] Result<>
    dump(nlmsghdr& request, const std::function<void()>& restart, const Take& take);

private:
    enum class Dumped : std::uint8_t { whole, interrupted };

    explicit NetlinkSocket(MnlSocket handle) noexcept : handle_(std::move(handle)) {}
    [[nodiscard]] Result<Dumped> dump_once(nlmsghdr& request, const Take& take);

    MnlSocket handle_;
    std::uint32_t last_sequence_ = 0;
};

} // namespace onlan::kernel
