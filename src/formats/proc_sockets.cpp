#include "formats/proc_sockets.hpp"

#include <array>
#include <cstring>
#include <optional>

#include <fmt/format.h>

#include "base/number.hpp"
#include "formats/lines.hpp"
#include "net/protocols.hpp"

namespace onlan::formats {
namespace {

// 32-bit words in the order of this host, each as eight hex digits.
std::optional<net::IpAddress> address_in(std::string_view digits)
{
    constexpr std::size_t kDigits = 8;
    std::array<std::uint8_t, 16> bytes{};
    if (digits.size() != kDigits && digits.size() != 4 * kDigits)
        return {};
    for (std::size_t at = 0; at < digits.size(); at += kDigits) {
        const auto word = parse_number<std::uint32_t>(digits.substr(at, kDigits), 16);
        if (!word)
            return {};
        std::memcpy(&bytes[at / 2], &*word, sizeof *word);
    }
    return net::IpAddress::from_bytes(std::span(bytes).first(digits.size() / 2));
}

// "sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode …"
std::optional<model::Socket> socket_in(const std::vector<std::string_view>& words,
                                       std::uint8_t protocol)
{
    constexpr std::size_t kLocal = 1;
    constexpr std::size_t kOwner = 7;
    constexpr std::size_t kInode = 9;
    if (words.size() <= kInode)
        return {};
    const std::size_t colon = words[kLocal].find(':');
    if (colon == std::string_view::npos)
        return {};
    const auto address = address_in(words[kLocal].substr(0, colon));
    const auto port = parse_number<std::uint16_t>(words[kLocal].substr(colon + 1), 16);
    const auto owner = parse_number<std::uint32_t>(words[kOwner]);
    const auto inode = parse_number<std::uint64_t>(words[kInode]);
    if (!address || !port || !owner || !inode)
        return {};
    return model::Socket{
        .protocol = protocol, .address = *address, .port = *port, .owner = *owner, .inode = *inode};
}

bool is_waiting(std::string_view state, std::uint8_t protocol)
{
    return state == (protocol == net::kTcp ? "0A" : "07"); // TCP_LISTEN, TCP_CLOSE
}

} // namespace

Result<std::vector<model::Socket>> sockets_from_proc(std::string_view text, std::uint8_t protocol)
{
    constexpr std::size_t kState = 3;
    std::vector<model::Socket> sockets;
    ONLAN_CHECK(for_each_line(text, [&](std::string_view line, std::size_t number) -> Result<> {
        const auto words = words_in(line);
        if (number == 1 || words.size() <= kState || !is_waiting(words[kState], protocol))
            return {};
        const auto socket = socket_in(words, protocol);
        if (!socket)
            return fail(Failed::parse,
                        fmt::format("/proc/net, line {}: not a socket: '{}'", number, line));
        sockets.push_back(*socket);
        return {};
    }));
    return sockets;
}

} // namespace onlan::formats
