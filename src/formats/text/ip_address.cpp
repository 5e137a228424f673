// `ip address` and `ip link`, with -details and without.

#include <algorithm>
#include <array>
#include <cctype>

#include "base/numbered.hpp"
#include "formats/text/form.hpp"
#include "formats/text/link_details.hpp"
#include "formats/text/words.hpp"
#include "model/rtnetlink.hpp"

namespace onlan::formats::text::forms {
namespace {

// "7: veth1a2b@if6: <BROADCAST,UP> mtu 1500 …"
struct Header {
    int index = 0;
    std::string_view name;
    std::string_view peer; // after the "@"
    std::string_view flags;
    Words rest{""};
};

std::optional<Header> header_in(std::string_view line)
{
    const std::size_t colon = line.find(": ");
    const auto index = parse_number<int>(line.substr(0, colon));
    if (colon == std::string_view::npos || !index || *index <= 0)
        return {};
    line.remove_prefix(colon + 2);
    const std::size_t end = line.find(": <");
    const std::size_t close = line.find('>');
    if (end == std::string_view::npos || close == std::string_view::npos || close < end)
        return {};
    const std::string_view name = line.substr(0, end);
    const std::size_t at = name.find('@');
    return Header{.index = *index,
                  .name = name.substr(0, at),
                  .peer = at == std::string_view::npos ? std::string_view{} : name.substr(at + 1),
                  .flags = line.substr(end + 3, close - end - 3),
                  .rest = Words(line.substr(close + 1))};
}

bool has_flag(std::string_view flags, std::string_view wanted)
{
    for (std::size_t at = 0; at < flags.size();) {
        const std::string_view flag = flags.substr(at, flags.find(',', at) - at);
        if (flag == wanted)
            return true;
        at += flag.size() + 1;
    }
    return false;
}

// Bridges and bonds are listed after their ports, so names wait until all links are known.
struct Named {
    int link = 0;
    std::string master;
    std::string peer;
};

class LinkReader {
public:
    LinkReader(const Excerpt& excerpt, Paste& paste)
        : excerpt_(excerpt), paste_(paste), part_(paste.part(excerpt))
    {}

    void read()
    {
        for (const Line& line : excerpt_.lines) {
            if (const auto header = header_in(line.text))
                begin(*header);
            else if (current_ == 0 || !under_link(line.text))
                paste_.not_used(line, "not a line of `ip address`");
        }
        for (const Named& named : named_)
            connect(named);
        part_.told.insert(Topic::devices);
        if (addresses_)
            part_.told.insert(Topic::addresses);
    }

private:
    model::Link& current() { return *part_.find_device(name_); }

    void begin(const Header& header)
    {
        name_ = header.name;
        model::Link* known = part_.find_device(header.name);
        model::Link& link = known != nullptr ? *known : part_.netns.links.emplace_back();
        part_.only_named.erase(name_);
        current_ = link.index = header.index;
        link.name = name_;
        link.up = has_flag(header.flags, "UP");
        link.carrier = has_flag(header.flags, "LOWER_UP");
        link.arp = !has_flag(header.flags, "NOARP");
        link.loopback = has_flag(header.flags, "LOOPBACK");
        link.promiscuous = has_flag(header.flags, "PROMISC");
        link.mtu = header.rest.number_after<std::uint32_t>("mtu").value_or(link.mtu);
        link.xdp = header.rest.has("xdp") || header.rest.has("xdpgeneric");
        if (has_flag(header.flags, "MASTER") && link.kind.empty())
            link.kind = "bond";
        named_.push_back({.link = current_,
                          .master = std::string(header.rest.after("master")),
                          .peer = std::string(header.peer)});
    }

    bool under_link(std::string_view line)
    {
        Words words(line);
        const std::string_view first = words.next();
        if (first.starts_with("link/"))
            return read_hardware(first.substr(5), words);
        if (first == "inet" || first == "inet6")
            return read_address(first == "inet" ? net::Family::ipv4 : net::Family::ipv6, words);
        if (first == "alias") {
            current().alias = trimmed(line).substr(6);
            return true;
        }
        if (first.starts_with("valid_lft") || first == "altname" || first == "vf" ||
            first == "brd" || first.starts_with("RX") || first.starts_with("TX") ||
            parse_number<std::uint64_t>(first))
            return true;
        if (!read_link_details(trimmed(line), current()))
            return false;
        part_.told.insert(Topic::kinds);
        return true;
    }

    bool read_hardware(std::string_view type, const Words& words)
    {
        model::Link& link = current();
        link.ethernet = type == "ether";
        link.loopback = type == "loopback";
        if (link.ethernet || link.loopback)
            link.mac = value_of<net::MacAddress>(words.peek());
        link.peer_netnsid = words.number_after<int>("link-netnsid");
        if (const auto promiscuity = words.number_after<unsigned>("promiscuity"))
            link.promiscuous = *promiscuity != 0;
        return true;
    }

    // "10.0.0.2/24", or of a point-to-point link "10.0.0.2 peer 10.0.0.1/32".
    static std::optional<net::InterfaceAddress> local_in(Words& words)
    {
        const std::string_view word = words.next();
        if (const auto whole = value_of<net::InterfaceAddress>(word))
            return whole;
        const auto alone = value_of<net::IpAddress>(word);
        const auto peer = words.value_after<net::InterfaceAddress>("peer");
        if (!alone || !peer)
            return {};
        return net::InterfaceAddress{.address = *alone, .length = peer->length};
    }

    bool read_address(net::Family family, Words words)
    {
        const auto local = local_in(words);
        if (!local || local->address.family() != family)
            return false;
        addresses_ = true;
        model::Address address{.link = current_, .local = *local};
        if (const auto peer = words.value_after<net::InterfaceAddress>("peer"))
            address.peer = peer->address;
        address.broadcast = words.value_after<net::IpAddress>("brd");
        const std::string_view scope = words.after("scope");
        const auto* known = std::ranges::find(model::kScopes, scope, &NamedNumber::name);
        if (known != model::kScopes.end())
            address.scope = static_cast<std::uint8_t>(known->number);
        address.metric = words.number_after<std::uint32_t>("metric").value_or(0);
        address.flags = (words.has("secondary") ? model::kAddressSecondary : 0U) |
                        (words.has("temporary") ? model::kAddressTemporary : 0U) |
                        (words.has("tentative") ? model::kAddressTentative : 0U) |
                        (words.has("deprecated") ? model::kAddressDeprecated : 0U) |
                        (words.has("noprefixroute") ? model::kAddressNoPrefixRoute : 0U) |
                        (words.has("dynamic") ? 0U : model::kAddressPermanent);
        while (words.left() > 1)
            words.next();
        if (family == net::Family::ipv4)
            address.label = words.peek();
        if (std::ranges::find(part_.netns.addresses, address) == part_.netns.addresses.end())
            part_.netns.addresses.push_back(std::move(address));
        return true;
    }

    // "@if6": an index in another namespace; "@eth0": here; "@NONE": gone.
    void connect(const Named& named)
    {
        const int master = named.master.empty() ? 0 : part_.device(named.master);
        int peer = 0;
        const bool elsewhere =
            named.peer.starts_with("if") &&
            parse_number<int>(std::string_view(named.peer).substr(2)).has_value();
        if (elsewhere)
            peer = *parse_number<int>(std::string_view(named.peer).substr(2));
        else if (!named.peer.empty() && named.peer != "NONE")
            peer = part_.device(named.peer);
        const auto link = std::ranges::find(part_.netns.links, named.link, &model::Link::index);
        link->master = master;
        link->peer = peer;
        if (elsewhere && !link->peer_netnsid)
            link->peer_netnsid = kUntoldNetns;
    }

    // What `ip` of some versions leaves out.
    static constexpr int kUntoldNetns = 9999;

    const Excerpt& excerpt_;
    Paste& paste_;
    Part& part_;
    std::string name_;
    int current_ = 0;
    bool addresses_ = false;
    std::vector<Named> named_;
};

void read_addresses(const Excerpt& excerpt, Paste& paste)
{
    LinkReader(excerpt, paste).read();
}

bool is_brief(const Command& command)
{
    return std::ranges::any_of(
        command, [](const std::string& word) { return word == "-br" || word == "-brief"; });
}

bool is_machine(const Command& command)
{
    return std::ranges::any_of(command,
                               [](const std::string& word) { return word.starts_with("-j"); });
}

bool asks_addresses(const Command& command)
{
    return (is_ip(command, "address") || is_ip(command, "link")) && !is_brief(command) &&
           !is_machine(command);
}

bool begins_addresses(std::string_view line)
{
    return header_in(line).has_value() && line.find(" qdisc ") != std::string_view::npos;
}

} // namespace

std::span<const Form> ip_address()
{
    static constexpr auto kRows =
        std::to_array<Form>({{"ip address", asks_addresses, begins_addresses, read_addresses}});
    return kRows;
}

} // namespace onlan::formats::text::forms
