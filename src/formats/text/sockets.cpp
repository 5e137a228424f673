// `ss -tulpn` and `netstat -tulpn`: who listens.

#include <algorithm>
#include <array>

#include "formats/text/form.hpp"
#include "formats/text/words.hpp"
#include "net/protocols.hpp"

namespace onlan::formats::text::forms {
namespace {

struct Endpoint {
    net::IpAddress address;
    std::uint16_t port = 0;
    std::string device; // "%lo"
    bool both_families = false;
};

// "0.0.0.0:80", "[::]:80", ":::80", "*:80", "127.0.0.53%lo:53"
std::optional<Endpoint> endpoint_in(std::string_view text)
{
    const std::size_t colon = text.find_last_of(':');
    const auto port = parse_number<std::uint16_t>(
        colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1));
    if (!port)
        return {};
    Endpoint endpoint{.port = *port};
    std::string_view address = text.substr(0, colon);
    if (address.starts_with('[') && address.ends_with(']'))
        address = address.substr(1, address.size() - 2);
    if (const std::size_t percent = address.find('%'); percent != std::string_view::npos) {
        endpoint.device = address.substr(percent + 1);
        if (endpoint.device.ends_with(']'))
            endpoint.device.pop_back();
        address = address.substr(0, percent);
        if (address.starts_with('['))
            address.remove_prefix(1);
        if (address.ends_with(']'))
            address.remove_suffix(1);
    }
    if (address == "*") {
        endpoint.address = net::IpAddress::any(net::Family::ipv6);
        endpoint.both_families = true;
        return endpoint;
    }
    const auto parsed = value_of<net::IpAddress>(address);
    if (!parsed)
        return {};
    endpoint.address = *parsed;
    return endpoint;
}

// "users:((\"nginx\",pid=4,fd=6))", "4/nginx: master"
std::string program_in(std::string_view line)
{
    const std::size_t quote = line.find("((\"");
    if (quote != std::string_view::npos) {
        const std::string_view rest = line.substr(quote + 3);
        return std::string(rest.substr(0, rest.find('"')));
    }
    const std::vector<std::string_view> words = words_in(line);
    for (const std::string_view word : words) {
        const std::size_t slash = word.find('/');
        if (slash != std::string_view::npos && parse_number<int>(word.substr(0, slash))) {
            const std::string_view name = word.substr(slash + 1);
            return std::string(name.substr(0, name.find(':')));
        }
    }
    return {};
}

std::uint8_t waiting_protocol(std::string_view word)
{
    return word.starts_with("udp") ? net::kUdp : word.starts_with("tcp") ? net::kTcp : 0;
}

// A TCP socket that waits, or a UDP one that is not connected.
bool is_waiting(const Words& words, std::uint8_t protocol)
{
    return words.has("LISTEN") ||
           (protocol == net::kUdp && !words.has("ESTAB") && !words.has("ESTABLISHED"));
}

class SocketReader {
public:
    SocketReader(const Excerpt& excerpt, Paste& paste)
        : excerpt_(excerpt), paste_(paste), part_(paste.part(excerpt))
    {}

    void read()
    {
        for (const Line& line : excerpt_.lines) {
            if (!is_head(line.text) && !take(line.text))
                paste_.not_used(line, "not a line of `ss` or netstat");
        }
        part_.told.insert(Topic::sockets);
    }

private:
    static bool is_head(std::string_view line)
    {
        return line.starts_with("Netid") || line.starts_with("State") ||
               line.starts_with("Active ") || line.starts_with("Proto") ||
               line.starts_with("(Not all") || line.starts_with(" will not") ||
               line.starts_with("unix");
    }
    bool take(std::string_view line)
    {
        Words words(line);
        std::uint8_t protocol = waiting_protocol(words.peek());
        const std::string_view netid = words.peek();
        if (protocol == 0 && (words.peek() == "LISTEN" || words.peek() == "UNCONN"))
            protocol = words.peek() == "LISTEN" ? net::kTcp : net::kUdp; // `ss -l` of one kind
        if (protocol == 0)
            return false;
        if (!is_waiting(words, protocol))
            return true;
        while (!words.done()) {
            const auto endpoint = endpoint_in(words.next());
            if (!endpoint)
                continue;
            add(protocol, *endpoint, netid.ends_with('6'), line);
            return true;
        }
        return false;
    }
    void add(std::uint8_t protocol, const Endpoint& endpoint, bool netstat6, std::string_view line)
    {
        const bool any6 = endpoint.address == net::IpAddress::any(net::Family::ipv6);
        // ss writes "*" for a socket that takes both families and "[::]" for one that does not;
        // netstat has ":::" for both.
        part_.netns.sockets.push_back(
            {.protocol = protocol,
             .address = endpoint.address,
             .port = endpoint.port,
             .ipv6_only = any6 && !endpoint.both_families && !netstat6,
             .link = endpoint.device.empty() ? 0 : part_.device(endpoint.device),
             .program = program_in(line)});
    }

    const Excerpt& excerpt_;
    Paste& paste_;
    Part& part_;
};

void read_sockets(const Excerpt& excerpt, Paste& paste)
{
    SocketReader(excerpt, paste).read();
}

bool asks_sockets(const Command& command)
{
    if (command.front() == "ss")
        return true;
    return command.front() == "netstat" &&
           std::ranges::none_of(command, [](const std::string& word) {
               return word.starts_with('-') && word.find('r') != std::string::npos;
           });
}

bool begins_sockets(std::string_view line)
{
    return line.starts_with("Netid ") || line.starts_with("Active Internet connections") ||
           (line.starts_with("State ") && line.find("Recv-Q") != std::string_view::npos);
}

} // namespace

std::span<const Form> sockets()
{
    static constexpr auto kRows =
        std::to_array<Form>({{"ss -tulpn", asks_sockets, begins_sockets, read_sockets}});
    return kRows;
}

} // namespace onlan::formats::text::forms
