#include "model/conntrack.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "base/number.hpp"
#include "net/protocols.hpp"

namespace onlan::model {
namespace {

// In the order of enum tcp_conntrack.
constexpr std::array<std::string_view, 10> kTcpStates = {
    "NONE",       "SYN_SENT", "SYN_RECV",  "ESTABLISHED", "FIN_WAIT",
    "CLOSE_WAIT", "LAST_ACK", "TIME_WAIT", "CLOSE",       "SYN_SENT2"};

Failure malformed(std::string_view word)
{
    constexpr std::size_t kMostShown = 60;
    return fail(Failed::parse,
                fmt::format("'{}' is not what conntrack prints", word.substr(0, kMostShown)));
}

template <typename Number>
Result<> read_number(std::string_view text, Number& number)
{
    const auto read = parse_prefixed_number<Number>(text);
    if (!read)
        return malformed(text);
    number = *read;
    return {};
}

// "0x23/0x13": of the original direction, then of the reply.
Result<> read_pair(std::string_view text, std::uint8_t& original, std::uint8_t& reply)
{
    const std::size_t slash = std::min(text.find('/'), text.size());
    ONLAN_CHECK(read_number(text.substr(0, slash), original));
    return read_number(text.substr(std::min(slash + 1, text.size())), reply);
}

Result<> read_address(std::string_view text, net::IpAddress& address)
{
    ONLAN_TRY(address, net::IpAddress::parse(text));
    return {};
}

class LineReader {
public:
    explicit LineReader(std::string_view line) : line_(line) {}

    // Empty at the end of the line.
    std::string_view next()
    {
        line_.remove_prefix(std::min(line_.find_first_not_of(" \t\r"), line_.size()));
        const std::string_view word = line_.substr(0, line_.find_first_of(" \t\r"));
        line_.remove_prefix(word.size());
        return word;
    }

private:
    std::string_view line_;
};

class LineParser {
public:
    Result<Conntrack> parse(std::string_view line)
    {
        LineReader words(line);
        std::string_view word = words.next();
        // As /proc/net/nf_conntrack and `-o extended` begin: "ipv4 2".
        if (word == "ipv4" || word == "ipv6") {
            words.next();
            word = words.next();
        }
        ONLAN_CHECK(read_number(words.next(), entry_.original.protocol));
        entry_.reply.protocol = entry_.original.protocol;
        ONLAN_CHECK(read_number(words.next(), entry_.timeout));
        for (word = words.next(); !word.empty(); word = words.next())
            ONLAN_CHECK(take(word));
        if (tuples_ != 2)
            return fail(Failed::parse, "an entry without both directions");
        entry_.status = status_.value_or(implied_status());
        return entry_;
    }

private:
    Result<> take(std::string_view word)
    {
        const std::size_t equals = word.find('=');
        if (equals != std::string_view::npos)
            return take_value(word, word.substr(0, equals), word.substr(equals + 1));
        if (word == "[UNREPLIED]")
            replied_ = false;
        else if (word == "[ASSURED]")
            assured_ = true;
        else if (entry_.original.protocol == net::kTcp) {
            const auto state = std::ranges::find(kTcpStates, word);
            if (state != kTcpStates.end())
                entry_.tcp_state = static_cast<std::uint8_t>(state - kTcpStates.begin());
            else if (!word.starts_with('['))
                return malformed(word);
        }
        return {}; // another protocol's state, [OFFLOAD]
    }

    Result<> take_value(std::string_view word, std::string_view key, std::string_view value)
    {
        if (key == "src" && tuples_ < 2)
            return read_address(value, (++tuples_ == 1 ? entry_.original : entry_.reply).source);
        if (tuples_ == 0)
            return malformed(word);
        Tuple& tuple = tuples_ == 1 ? entry_.original : entry_.reply;
        if (key == "dst")
            return read_address(value, tuple.destination);
        if (key == "sport" || key == "id")
            return key == "id" && !net::is_icmp(tuple.protocol)
                       ? Result<>{} // of the entry itself (-o id)
                       : read_number(value, tuple.source_port);
        if (key == "dport")
            return read_number(value, tuple.destination_port);
        if (key == "type" || key == "code") {
            std::uint8_t number = 0;
            ONLAN_CHECK(read_number(value, number));
            tuple.destination_port = static_cast<std::uint16_t>(
                key == "type" ? number << 8 | (tuple.destination_port & 0xFF)
                              : (tuple.destination_port & 0xFF00) | number);
            return {};
        }
        return take_extension(key, value);
    }

    Result<> take_extension(std::string_view key, std::string_view value)
    {
        if (key == "mark")
            return read_number(value, entry_.mark);
        if (key == "zone" || key == "zone-orig")
            ONLAN_CHECK(read_number(value, entry_.zone_original));
        if (key == "zone" || key == "zone-reply")
            return read_number(value, entry_.zone_reply);
        if (key == "status")
            return read_number(value, status_.emplace());
        if (key == "flags")
            return read_pair(value, entry_.tcp_flags_original, entry_.tcp_flags_reply);
        if (key == "scale")
            return read_pair(value, entry_.tcp_scale_original, entry_.tcp_scale_reply);
        return {}; // counters, use, secctx, labels, helper…: nothing hangs on them
    }

    // What conntrack(8) does not print, but what it prints implies.
    [[nodiscard]] std::uint32_t implied_status() const
    {
        const Tuple& original = entry_.original;
        const Tuple& reply = entry_.reply;
        const bool ports = !net::is_icmp(original.protocol);
        std::uint32_t status = kConfirmed | kSourceNatDone | kDestinationNatDone;
        if (replied_)
            status |= kSeenReply;
        if (assured_)
            status |= kAssured;
        if (reply.destination != original.source ||
            (ports && reply.destination_port != original.source_port))
            status |= kSourceNat;
        if (reply.source != original.destination ||
            (ports && reply.source_port != original.destination_port))
            status |= kDestinationNat;
        return status;
    }

    Conntrack entry_;
    int tuples_ = 0;
    bool replied_ = true;
    bool assured_ = false;
    std::optional<std::uint32_t> status_;
};

std::string tuple_text(const Tuple& tuple)
{
    std::string addresses =
        fmt::format("src={} dst={}", tuple.source.to_string(), tuple.destination.to_string());
    if (net::is_icmp(tuple.protocol))
        return fmt::format("{} type={} code={} id={}", addresses, tuple.destination_port >> 8,
                           tuple.destination_port & 0xFF, tuple.source_port);
    if (tuple.source_port == 0 && tuple.destination_port == 0)
        return addresses;
    return fmt::format("{} sport={} dport={}", addresses, tuple.source_port,
                       tuple.destination_port);
}

} // namespace

std::string_view protocol_name(std::uint8_t protocol)
{
    constexpr std::array kNamed = {net::kIcmp, net::kTcp,    net::kUdp,
                                   net::kGre,  net::kIcmpv6, net::kSctp};
    return std::ranges::find(kNamed, protocol) != kNamed.end() ? net::protocol_name(protocol)
                                                               : "unknown";
}

Result<Conntrack> Conntrack::parse(std::string_view text)
{
    return LineParser{}.parse(text);
}

std::string Conntrack::to_string() const
{
    const std::uint8_t protocol = original.protocol;
    auto text = fmt::format("{} {} {}", protocol_name(protocol), protocol, timeout);
    if (protocol == net::kTcp && tcp_state < kTcpStates.size())
        text.append(" ").append(kTcpStates[tcp_state]);
    text.append(" ").append(tuple_text(original));
    if ((status & kSeenReply) == 0)
        text.append(" [UNREPLIED]");
    text.append(" ").append(tuple_text(reply));
    if ((status & kAssured) != 0)
        text.append(" [ASSURED]");
    text += fmt::format(" mark={}", mark);
    if (zone_original != 0 && zone_original == zone_reply)
        text += fmt::format(" zone={}", zone_original);
    else if (zone_original != 0 || zone_reply != 0)
        text += fmt::format(" zone-orig={} zone-reply={}", zone_original, zone_reply);
    text += fmt::format(" status={:#x}", status);
    if (tcp_flags_original != 0 || tcp_flags_reply != 0)
        text += fmt::format(" flags={:#x}/{:#x}", tcp_flags_original, tcp_flags_reply);
    if (tcp_scale_original != 0 || tcp_scale_reply != 0)
        text += fmt::format(" scale={}/{}", tcp_scale_original, tcp_scale_reply);
    return text;
}

} // namespace onlan::model
