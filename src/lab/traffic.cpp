#include "lab/traffic.hpp"

#include <array>
#include <csignal>
#include <cstring>
#include <span>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>

namespace onlan::lab {
namespace {

using model::Outcome;

constexpr std::string_view kRequest = "anybody there?";

sockaddr_in socket_address(const Target& target)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(target.port);
    const auto bytes = target.address.bytes();
    std::memcpy(&address.sin_addr, bytes.data(), std::min(bytes.size(), sizeof address.sin_addr));
    return address;
}

const sockaddr* generic(const sockaddr_in& address)
{
    return reinterpret_cast<const sockaddr*>(&address);
}

Result<UniqueFd> open_socket(int type, int protocol)
{
    UniqueFd fd{::socket(AF_INET, type | SOCK_CLOEXEC, protocol)};
    if (!fd)
        return fail_errno("open a socket");
    const timeval patience{.tv_sec = kPatience.count() / 1000,
                           .tv_usec = kPatience.count() % 1000 * 1000};
    // SO_SNDTIMEO also limits connect(2), which then ends with EINPROGRESS.
    for (const int option : {SO_RCVTIMEO, SO_SNDTIMEO}) {
        if (::setsockopt(fd.get(), SOL_SOCKET, option, &patience, sizeof patience) < 0)
            return fail_errno("set the timeout of a socket");
    }
    return fd;
}

// What errno means to a client; `silence` is what it calls an answer that does not come.
Outcome outcome_of(int error, Outcome silence)
{
    switch (error) {
    case EAGAIN:
    case EINPROGRESS:
    case ETIMEDOUT:
        return silence;
    case ECONNREFUSED:
        return Outcome::refused;
    case ECONNRESET:
    case EPIPE:
        return Outcome::reset;
    default:
        return Outcome::unreachable;
    }
}

// On a connected socket.
Outcome ask(int fd, std::string_view request, Outcome silence)
{
    if (::send(fd, request.data(), request.size(), MSG_NOSIGNAL) < 0)
        return outcome_of(errno, silence);
    std::array<char, 256> answer{};
    const auto size = ::recv(fd, answer.data(), answer.size(), 0);
    if (size < 0)
        return outcome_of(errno, silence);
    return size == 0 ? Outcome::reset : Outcome::delivered;
}

Result<Outcome> ask_tcp(const Target& target)
{
    ONLAN_TRY(const UniqueFd fd, open_socket(SOCK_STREAM, 0));
    const sockaddr_in address = socket_address(target);
    if (::connect(fd.get(), generic(address), sizeof address) < 0)
        return outcome_of(errno, Outcome::timeout);
    return ask(fd.get(), kRequest, Outcome::stalled);
}

Result<Outcome> ask_udp(const Target& target)
{
    ONLAN_TRY(const UniqueFd fd, open_socket(SOCK_DGRAM, 0));
    const sockaddr_in address = socket_address(target);
    if (::connect(fd.get(), generic(address), sizeof address) < 0)
        return outcome_of(errno, Outcome::timeout);
    return ask(fd.get(), kRequest, Outcome::timeout);
}

// RFC 1071, over an even number of bytes.
std::uint16_t internet_checksum(std::span<const std::uint8_t> bytes)
{
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2)
        sum += static_cast<std::uint32_t>(bytes[i]) << 8 | bytes[i + 1];
    sum = (sum & 0xFFFF) + (sum >> 16);
    return static_cast<std::uint16_t>(~((sum & 0xFFFF) + (sum >> 16)));
}

Result<Outcome> ask_icmp(const Target& target)
{
    // Raw: net.ipv4.ping_group_range lets nobody use the other kind in a new namespace.
    ONLAN_TRY(const UniqueFd fd, open_socket(SOCK_RAW, IPPROTO_ICMP));
    const sockaddr_in address = socket_address(target);
    if (::connect(fd.get(), generic(address), sizeof address) < 0)
        return outcome_of(errno, Outcome::timeout);
    std::array<std::uint8_t, 8> echo{ICMP_ECHO};
    const auto id = static_cast<std::uint16_t>(::getpid());
    std::memcpy(&echo[4], &id, sizeof id);
    const std::uint16_t checksum = htons(internet_checksum(echo));
    std::memcpy(&echo[2], &checksum, sizeof checksum);
    if (::send(fd.get(), echo.data(), echo.size(), 0) < 0)
        return outcome_of(errno, Outcome::timeout);
    // A raw socket hears all ICMP of its peer; one echo reply is enough, errors arrive as errno.
    constexpr std::size_t kLongestIpHeader = 60;
    std::array<std::uint8_t, kLongestIpHeader + 8> reply{};
    const auto size = ::recv(fd.get(), reply.data(), reply.size(), 0);
    if (size < 0)
        return outcome_of(errno, Outcome::timeout);
    const std::size_t header = (reply[0] & 0x0F) * std::size_t{4};
    return header < reply.size() && reply.at(header) == ICMP_ECHOREPLY ? Outcome::delivered
                                                                       : Outcome::unreachable;
}

struct Listeners {
    UniqueFd tcp;
    UniqueFd udp;
};

Result<Listeners> listen_on(std::uint16_t port)
{
    ONLAN_TRY(UniqueFd tcp, open_socket(SOCK_STREAM, 0));
    ONLAN_TRY(UniqueFd udp, open_socket(SOCK_DGRAM, 0));
    const sockaddr_in any = socket_address({.address = {}, .port = port});
    constexpr int kBacklog = 16;
    const int on = 1;
    ::setsockopt(tcp.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (::bind(tcp.get(), generic(any), sizeof any) < 0 || ::listen(tcp.get(), kBacklog) < 0 ||
        ::bind(udp.get(), generic(any), sizeof any) < 0)
        return fail_errno(fmt::format("listen on port {}", port));
    return Listeners{.tcp = std::move(tcp), .udp = std::move(udp)};
}

void answer_tcp(int listener)
{
    const UniqueFd client{::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC)};
    if (!client)
        return;
    const timeval patience{.tv_sec = kPatience.count() / 1000, .tv_usec = 0};
    ::setsockopt(client.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    std::array<char, 256> request{};
    const auto size = ::recv(client.get(), request.data(), request.size(), 0);
    if (size > 0)
        static_cast<void>(
            ::send(client.get(), request.data(), static_cast<std::size_t>(size), MSG_NOSIGNAL));
}

// The answer leaves with the address that the request came to, as a connected client expects.
void answer_udp(int fd)
{
    std::array<char, 256> request{};
    std::array<char, CMSG_SPACE(sizeof(in_pktinfo))> control{};
    sockaddr_in client{};
    iovec data{.iov_base = request.data(), .iov_len = request.size()};
    msghdr message{};
    message.msg_name = &client;
    message.msg_namelen = sizeof client;
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const auto size = ::recvmsg(fd, &message, 0);
    if (size < 0)
        return;
    data.iov_len = static_cast<std::size_t>(size);
    for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
         header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO)
            reinterpret_cast<in_pktinfo*>(CMSG_DATA(header))->ipi_ifindex = 0;
    }
    static_cast<void>(::sendmsg(fd, &message, MSG_NOSIGNAL));
}

[[noreturn]] void serve(const Listeners& listeners)
{
    ::setsid();
    std::signal(SIGINT, SIG_IGN);
    const UniqueFd null{::open("/dev/null", O_RDWR | O_CLOEXEC)};
    for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        ::dup2(null.get(), standard);
    const int on = 1;
    ::setsockopt(listeners.udp.get(), IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
    std::array<pollfd, 2> waits = {{{.fd = listeners.tcp.get(), .events = POLLIN, .revents = 0},
                                    {.fd = listeners.udp.get(), .events = POLLIN, .revents = 0}}};
    for (;;) {
        if (::poll(waits.data(), waits.size(), -1) < 0)
            continue;
        if (waits[0].revents != 0)
            answer_tcp(waits[0].fd);
        if (waits[1].revents != 0)
            answer_udp(waits[1].fd);
    }
}

} // namespace

std::string_view protocol_name(Protocol protocol) noexcept
{
    switch (protocol) {
    case Protocol::tcp:
        return "tcp";
    case Protocol::udp:
        return "udp";
    case Protocol::icmp:
        return "icmp";
    }
    return {};
}

Result<Outcome> exchange(const kernel::NetnsHandle& client, Protocol protocol, const Target& target)
{
    return kernel::in_netns(client, [&]() -> Result<Outcome> {
        switch (protocol) {
        case Protocol::tcp:
            return ask_tcp(target);
        case Protocol::udp:
            return ask_udp(target);
        case Protocol::icmp:
            return ask_icmp(target);
        }
        return Outcome::unreachable;
    });
}

Result<pid_t> start_server(const kernel::NetnsHandle& server, std::uint16_t port)
{
    // The sockets stay in the namespace in which they were made; the process need not enter it.
    ONLAN_TRY(const Listeners listeners, kernel::in_netns(server, [&] { return listen_on(port); }));
    const pid_t child = ::fork();
    if (child < 0)
        return fail_errno("start a server");
    if (child == 0)
        serve(listeners);
    return child;
}

} // namespace onlan::lab
