#include "kernel/netlink_socket.hpp"

#include <string_view>
#include <vector>

#include <sys/socket.h>

#include <fmt/format.h>

namespace onlan::kernel {
namespace {

// The kernel fills its buffers up to 32 KiB when the reader offers as much
// (net/netlink/af_netlink.c, netlink_dump()).
constexpr std::size_t kBufferSize = 32768;

// The kernel's own sentence about what it disliked, if it gave one.
std::string_view extack_message(const nlmsghdr& ack)
{
    if ((ack.nlmsg_flags & NLM_F_ACK_TLVS) == 0)
        return {};
    std::string_view message;
    // NETLINK_CAP_ACK is on, so no copy of our request stands between the error and the attributes.
    mnl_attr_parse(
        &ack, sizeof(nlmsgerr),
        [](const nlattr* attribute, void* out) {
            if (mnl_attr_get_type(attribute) == NLMSGERR_ATTR_MSG &&
                mnl_attr_validate(attribute, MNL_TYPE_NUL_STRING) == 0)
                *static_cast<std::string_view*>(out) = mnl_attr_get_str(attribute);
            return MNL_CB_OK;
        },
        &message);
    return message;
}

// netlink(7): a *negative* errno; zero alone means success.
Result<> result_of_ack(const nlmsghdr& reply)
{
    if (reply.nlmsg_len < mnl_nlmsg_size(sizeof(nlmsgerr)))
        return fail(Failed::parse, "netlink: an acknowledgement shorter than its header");
    const auto& ack = *static_cast<const nlmsgerr*>(mnl_nlmsg_get_payload(&reply));
    if (ack.error == 0)
        return {};
    const std::string_view why = extack_message(reply);
    return fail_errno(why.empty() ? std::string_view("netlink") : why, -ack.error);
}

class Buffer {
public:
    Result<std::size_t> receive(mnl_socket* socket)
    {
        for (;;) {
            const auto size = mnl_socket_recvfrom(socket, bytes_.data(), bytes_.size());
            if (size >= 0)
                return static_cast<std::size_t>(size);
            if (errno != EINTR)
                return fail_errno("receive netlink reply");
        }
    }

    // Calls `visit` for each whole message until it says that the answer is complete.
    template <typename Visit>
    [[nodiscard]] Result<bool> visit_messages(std::size_t size, Visit visit) const
    {
        auto rest = static_cast<int>(size);
        const auto* message = reinterpret_cast<const nlmsghdr*>(bytes_.data());
        for (; mnl_nlmsg_ok(message, rest); message = mnl_nlmsg_next(message, &rest)) {
            ONLAN_TRY(const bool complete, visit(*message));
            if (complete)
                return true;
        }
        return false;
    }

private:
    std::vector<char> bytes_ = std::vector<char>(kBufferSize);
};

} // namespace

Result<NetlinkSocket> NetlinkSocket::open(int bus)
{
    MnlSocket handle{mnl_socket_open2(bus, SOCK_CLOEXEC)};
    if (!handle)
        return fail_errno("open netlink socket");
    if (mnl_socket_bind(handle.get(), 0, MNL_SOCKET_AUTOPID) < 0)
        return fail_errno("bind netlink socket");
    for (const int option : {NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK}) {
        int on = 1;
        if (mnl_socket_setsockopt(handle.get(), option, &on, sizeof on) < 0)
            return fail_errno("set netlink socket option");
    }
    return NetlinkSocket{std::move(handle)};
}

Result<> NetlinkSocket::transact(nlmsghdr& request)
{
    return ask(request, [](const nlmsghdr&) -> Result<> { return {}; });
}

Result<> NetlinkSocket::ask(nlmsghdr& request, const Take& take)
{
    request.nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
    request.nlmsg_seq = ++last_sequence_;
    if (mnl_socket_sendto(handle_.get(), &request, request.nlmsg_len) < 0)
        return fail_errno("send netlink request");

    Buffer buffer;
    for (;;) {
        ONLAN_TRY(const std::size_t size, buffer.receive(handle_.get()));
        ONLAN_TRY(const bool complete,
                  buffer.visit_messages(size, [&](const nlmsghdr& reply) -> Result<bool> {
                      // A late answer to a request that we gave up on; ours is still to come.
                      if (reply.nlmsg_seq != last_sequence_)
                          return false;
                      if (reply.nlmsg_type != NLMSG_ERROR) {
                          ONLAN_CHECK(take(reply));
                          return false;
                      }
                      ONLAN_CHECK(result_of_ack(reply));
                      return true;
                  }));
        if (complete)
            return {};
    }
}

Result<NetlinkSocket::Dumped> NetlinkSocket::dump_once(nlmsghdr& request, const Take& take)
{
    request.nlmsg_flags |= NLM_F_REQUEST | NLM_F_DUMP;
    request.nlmsg_seq = ++last_sequence_;
    if (mnl_socket_sendto(handle_.get(), &request, request.nlmsg_len) < 0)
        return fail_errno("send netlink request");

    Buffer buffer;
    Dumped dumped = Dumped::whole;
    for (;;) {
        ONLAN_TRY(const std::size_t size, buffer.receive(handle_.get()));
        ONLAN_TRY(const bool complete,
                  buffer.visit_messages(size, [&](const nlmsghdr& reply) -> Result<bool> {
                      if (reply.nlmsg_seq != last_sequence_)
                          return false;
                      if ((reply.nlmsg_flags & NLM_F_DUMP_INTR) != 0)
                          dumped = Dumped::interrupted;
                      if (reply.nlmsg_type == NLMSG_DONE)
                          return true;
                      if (reply.nlmsg_type == NLMSG_ERROR) {
                          ONLAN_CHECK(result_of_ack(reply));
                          return true;
                      }
                      ONLAN_CHECK(take(reply));
                      return false;
                  }));
        if (complete)
            return dumped;
    }
}

Result<>
NetlinkSocket::dump(nlmsghdr& request, const std::function<void()>& restart, const Take& take)
{
    constexpr int kAttempts = 5;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        restart();
        ONLAN_TRY(const Dumped dumped, dump_once(request, take));
        if (dumped == Dumped::whole)
            return {};
    }
    return fail(
        Failed::interrupted,
        fmt::format("netlink: the kernel's table changed during each of {} dumps", kAttempts));
}

} // namespace onlan::kernel
