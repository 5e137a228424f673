// `ifconfig`, of net-tools as it prints now and as it did before 2.0.

#include <algorithm>
#include <array>
#include <bit>

#include "formats/text/form.hpp"
#include "formats/text/words.hpp"
#include "model/rtnetlink.hpp"

namespace onlan::formats::text::forms {
namespace {

// The value of "addr:10.0.0.1" or "inet addr:…", and what follows "netmask".
std::optional<net::IpAddress> tagged(const std::vector<std::string_view>& words,
                                     std::string_view tag)
{
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (words[i].starts_with(tag) && words[i].size() > tag.size() && tag.ends_with(':'))
            return value_of<net::IpAddress>(words[i].substr(tag.size()));
        if (words[i] == tag && i + 1 < words.size())
            return value_of<net::IpAddress>(words[i + 1]);
    }
    return {};
}

unsigned length_of_mask(const net::IpAddress& mask)
{
    unsigned length = 0;
    for (const std::uint8_t byte : mask.bytes())
        length += static_cast<unsigned>(std::popcount(byte));
    return length;
}

class IfconfigReader {
public:
    IfconfigReader(const Excerpt& excerpt, Paste& paste)
        : excerpt_(excerpt), paste_(paste), part_(paste.part(excerpt))
    {}

    void read()
    {
        for (const Line& line : excerpt_.lines) {
            if (!take(line.text))
                paste_.not_used(line, "not a line of ifconfig");
        }
        part_.told.insert({Topic::devices, Topic::addresses});
    }

private:
    bool take(std::string_view line)
    {
        const std::vector<std::string_view> words = words_in(line);
        if (words.empty())
            return true;
        if (!is_indented(line))
            return begin(words);
        if (name_.empty())
            return false;
        model::Link& link = *part_.find_device(name_);
        const Words at(line);
        if (words[0] == "inet" || words[0] == "inet6")
            return read_address(words);
        if (words[0] == "ether") {
            link.mac = value_of<net::MacAddress>(words.size() > 1 ? words[1] : "");
            link.ethernet = true;
        } else if (words[0] == "UP" || words[0] == "BROADCAST" || words[0] == "POINTOPOINT") {
            // "UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1"
            read_flags(words, link);
        }
        return true;
    }

    // "eth0: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500", or "eth0  Link encap:Ethernet
    // HWaddr 02:…"
    bool begin(const std::vector<std::string_view>& words)
    {
        std::string_view name = words[0];
        if (name.ends_with(':'))
            name.remove_suffix(1);
        const bool is_new = words.size() > 1 && words[1].starts_with("flags=");
        const bool is_old = words.size() > 2 && words[1] == "Link";
        if (!is_new && !is_old)
            return false;
        // "eth0:1" is a label of an address.
        label_ = name;
        name_ = name.substr(0, name.find(':'));
        const bool known = part_.find_device(name_) != nullptr && !part_.only_named.contains(name_);
        (void)part_.device(name_);
        part_.only_named.erase(name_);
        model::Link& link = *part_.find_device(name_);
        link.loopback = name_ == "lo";
        if (is_old) {
            const Words at(words[2]);
            for (std::size_t i = 0; i + 1 < words.size(); ++i) {
                if (words[i] == "HWaddr")
                    link.mac = value_of<net::MacAddress>(words[i + 1]);
            }
            if (!known)
                link.up = link.carrier = false; // until its flags say so
            link.ethernet = words[2] == "encap:Ethernet";
            return true;
        }
        const std::string_view flags = words[1];
        link.up = flags.find("<UP") != std::string_view::npos ||
                  flags.find(",UP") != std::string_view::npos;
        link.carrier = flags.find("RUNNING") != std::string_view::npos;
        link.arp = flags.find("NOARP") == std::string_view::npos;
        link.ethernet = false; // until it shows an address of Ethernet
        if (words.size() > 3 && words[2] == "mtu")
            link.mtu = parse_number<std::uint32_t>(words[3]).value_or(link.mtu);
        return true;
    }

    static void read_flags(const std::vector<std::string_view>& words, model::Link& link)
    {
        constexpr std::string_view kMtu = "MTU:";
        for (const std::string_view word : words) {
            link.up = link.up || word == "UP";
            link.carrier = link.carrier || word == "RUNNING";
            link.arp = link.arp && word != "NOARP";
            if (word.starts_with(kMtu))
                link.mtu = parse_number<std::uint32_t>(word.substr(kMtu.size())).value_or(link.mtu);
        }
    }

    bool read_address(const std::vector<std::string_view>& words)
    {
        if (words.size() < 2)
            return false;
        const int index = part_.find_device(name_)->index;
        model::Address address{.link = index};
        if (words[0] == "inet6") {
            // "inet6 fe80::1  prefixlen 64", "inet6 addr: fe80::1/64 Scope:Link"
            const std::string_view text =
                words[1] == "addr:" && words.size() > 2 ? words[2] : words[1];
            const auto alone = value_of<net::IpAddress>(text);
            const auto whole = value_of<net::InterfaceAddress>(text);
            const auto length = std::ranges::find(words, "prefixlen");
            if (!alone && !whole)
                return false;
            address.local =
                whole
                    ? *whole
                    : net::InterfaceAddress{
                          .address = *alone,
                          .length =
                              length == words.end() || length + 1 == words.end()
                                  ? 128
                                  : std::min(128U,
                                             parse_number<unsigned>(*(length + 1)).value_or(128))};
            if (address.local.to_string().starts_with("fe80"))
                address.scope = model::kScopeLink;
        } else {
            const auto local = tagged(words, words[1].starts_with("addr:") ? "addr:" : "inet");
            const auto new_mask = tagged(words, "netmask");
            const auto mask = new_mask ? new_mask : tagged(words, "Mask:");
            if (!local)
                return false;
            address.local = {.address = *local, .length = mask ? length_of_mask(*mask) : 32};
            const auto broadcast = tagged(words, "broadcast");
            address.broadcast = broadcast ? broadcast : tagged(words, "Bcast:");
            const auto peer = tagged(words, "destination");
            address.peer = peer ? peer : tagged(words, "P-t-P:");
            if (address.peer == address.local.address)
                address.peer.reset();
            address.label = label_;
        }
        if (name_ == "lo")
            address.scope = model::kScopeHost;
        address.flags = model::kAddressPermanent;
        const bool known = std::ranges::any_of(part_.netns.addresses, [&](const auto& other) {
            return other.link == index && other.local == address.local;
        });
        if (!known)
            part_.netns.addresses.push_back(std::move(address));
        return true;
    }

    const Excerpt& excerpt_;
    Paste& paste_;
    Part& part_;
    std::string name_;
    std::string label_;
};

void read_ifconfig(const Excerpt& excerpt, Paste& paste)
{
    IfconfigReader(excerpt, paste).read();
}

bool asks_ifconfig(const Command& command)
{
    return command.front() == "ifconfig";
}

bool begins_ifconfig(std::string_view line)
{
    return !is_indented(line) && (line.find(": flags=") != std::string_view::npos ||
                                  line.find(" Link encap:") != std::string_view::npos);
}

} // namespace

std::span<const Form> ifconfig()
{
    static constexpr auto kRows =
        std::to_array<Form>({{"ifconfig", asks_ifconfig, begins_ifconfig, read_ifconfig}});
    return kRows;
}

} // namespace onlan::formats::text::forms
