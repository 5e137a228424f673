#include "kernel/arp_probe.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <fmt/format.h>

#include "base/unique_fd.hpp"

namespace onlan::kernel {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

class Wire {
public:
    static Result<Wire> open(const std::string& link)
    {
        const unsigned index = ::if_nametoindex(link.c_str());
        Wire wire;
        wire.fd_ = UniqueFd{
            ::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, htons(ETH_P_ALL))};
        if (index == 0 || !wire.fd_)
            return fail_errno(fmt::format("listen on {}", link));
        const sockaddr_ll here{.sll_family = AF_PACKET,
                               .sll_protocol = htons(ETH_P_ALL),
                               .sll_ifindex = static_cast<int>(index)};
        if (::bind(wire.fd_.get(), reinterpret_cast<const sockaddr*>(&here), sizeof here) < 0)
            return fail_errno(fmt::format("listen on {}", link));
        // Neighbour advertisements that answer a probe from the unspecified address go to all nodes
        // (RFC 4861 section 7.2.4); a bridge passes them up in any case.
        ifreq request{};
        std::strncpy(request.ifr_name, link.c_str(), IFNAMSIZ - 1);
        if (::ioctl(wire.fd_.get(), SIOCGIFHWADDR, &request) < 0)
            return fail_errno(fmt::format("read the MAC address of {}", link));
        std::memcpy(wire.mac_.bytes.data(), request.ifr_hwaddr.sa_data, wire.mac_.bytes.size());
        return wire;
    }

    [[nodiscard]] Result<> ask(const net::IpAddress& address) const
    {
        const auto frame = address.family() == net::Family::ipv4
                               ? arp_probe(mac_, address)
                               : neighbour_solicitation(mac_, address);
        // A full queue loses one question of two; the next round asks again.
        if (::send(fd_.get(), frame.data(), frame.size(), 0) < 0 && errno != ENOBUFS &&
            errno != EAGAIN)
            return fail_errno(fmt::format("ask for {}", address.to_string()));
        return {};
    }

    // The next answer; nothing when the deadline has come.
    [[nodiscard]] std::optional<ProbeAnswer> next_answer(steady_clock::time_point deadline) const
    {
        for (;;) {
            const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
            pollfd wait{.fd = fd_.get(), .events = POLLIN, .revents = 0};
            if (left.count() <= 0 || ::poll(&wait, 1, static_cast<int>(left.count())) == 0)
                return {};
            std::array<std::uint8_t, 2048> frame{};
            sockaddr_ll from{};
            socklen_t length = sizeof from;
            const auto size = ::recvfrom(fd_.get(), frame.data(), frame.size(), 0,
                                         reinterpret_cast<sockaddr*>(&from), &length);
            if (size <= 0 || from.sll_pkttype == PACKET_OUTGOING)
                continue;
            if (const auto answer =
                    answer_in(std::span(frame).first(static_cast<std::size_t>(size))))
                return answer;
        }
    }

private:
    UniqueFd fd_;
    net::MacAddress mac_;
};

} // namespace

Result<std::vector<ProbeAnswer>> probe_addresses(const std::string& link,
                                                 std::span<const net::IpAddress> addresses,
                                                 milliseconds patience)
{
    ONLAN_TRY(const Wire wire, Wire::open(link));
    std::vector<ProbeAnswer> answers;
    std::vector<net::IpAddress> silent(addresses.begin(), addresses.end());
    constexpr int kRounds = 2;
    for (int round = 0; round < kRounds && !silent.empty(); ++round) {
        for (const net::IpAddress& address : silent)
            ONLAN_CHECK(wire.ask(address));
        const auto deadline = steady_clock::now() + patience;
        while (!silent.empty()) {
            const auto answer = wire.next_answer(deadline);
            if (!answer)
                break;
            if (std::erase(silent, answer->address) > 0)
                answers.push_back(*answer);
        }
    }
    return answers;
}

} // namespace onlan::kernel
