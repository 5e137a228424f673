// `brctl show`, `bridge link`, `bridge fdb` and `bridge vlan`

#include <algorithm>
#include <array>

#include "formats/text/form.hpp"
#include "formats/text/link_details.hpp"
#include "formats/text/routing_words.hpp"
#include "formats/text/words.hpp"

namespace onlan::formats::text::forms {
namespace {

model::Link& link_of(Part& part, std::string_view name)
{
    (void)part.device(name);
    return *part.find_device(name);
}

model::Link& bridge_named(Part& part, std::string_view name)
{
    model::Link& bridge = link_of(part, name);
    bridge.kind = "bridge";
    if (!bridge.bridge)
        bridge.bridge.emplace();
    return bridge;
}

void make_port(Part& part, std::string_view name, std::string_view bridge)
{
    const int master = bridge_named(part, bridge).index;
    model::Link& port = link_of(part, name);
    port.master = master;
    port.master_kind = "bridge";
}

// "br0  8000.001132aabb01  no  eth0", and further ports on lines of their own.
class BrctlReader {
public:
    explicit BrctlReader(Part& part) : part_(part) {}

    bool take(std::string_view line)
    {
        const std::vector<std::string_view> words = words_in(line);
        if (words.size() == 1 && is_indented(line) && !bridge_.empty()) {
            make_port(part_, words[0], bridge_);
            return true;
        }
        if (words.size() < 3 || words[1].find('.') == std::string_view::npos)
            return false;
        bridge_ = words[0];
        model::Link& bridge = bridge_named(part_, bridge_);
        bridge.bridge->stp = words[2] == "yes";
        if (words.size() > 3)
            make_port(part_, words[3], bridge_);
        return true;
    }

private:
    Part& part_;
    std::string bridge_;
};

void read_brctl(const Excerpt& excerpt, Paste& paste)
{
    BrctlReader reader(paste.part(excerpt));
    for (const Line& line : excerpt.lines) {
        if (!line.text.starts_with("bridge name") && !reader.take(line.text))
            paste.not_used(line, "not a line of `brctl show`");
    }
}

// "5: veth1@if4: <…> mtu 1500 master br0 state forwarding priority 32 cost 2", and with -details
// the port's switches below it.
void read_bridge_link(const Excerpt& excerpt, Paste& paste)
{
    Part& part = paste.part(excerpt);
    std::string port;
    for (const Line& line : excerpt.lines) {
        const Words words(line.text);
        const std::string_view master = words.after("master");
        const std::size_t colon = line.text.find(": ");
        if (!master.empty() && colon != std::string::npos) {
            const std::string_view rest = std::string_view(line.text).substr(colon + 2);
            port = rest.substr(0, rest.find_first_of(": @"));
            make_port(part, port, master);
            (void)read_link_details("bridge_slave " + line.text, *part.find_device(port));
        } else if (!port.empty() && is_indented(line.text)) {
            (void)read_link_details("bridge_slave " + line.text, *part.find_device(port));
        } else {
            paste.not_used(line, "not a line of `bridge link`");
        }
    }
}

// "02:42:ac:11:00:02 dev veth1 vlan 1 master docker0 permanent"
bool read_fdb_entry(std::string_view line, const Excerpt& excerpt, Part& part)
{
    Words words(line);
    const auto mac = value_of<net::MacAddress>(words.next());
    const std::string_view device = words.has("dev") ? words.after("dev") : excerpt.option("dev");
    if (!mac || device.empty())
        return false;
    const std::string_view master = words.after("master");
    const std::uint16_t state = words.has("permanent") ? model::kNudPermanent
                                : words.has("static")  ? model::kNudNoarp
                                : words.has("stale")   ? model::kNudStale
                                                       : model::kNudReachable;
    part.netns.fdb.push_back({.port = part.device(device),
                              .bridge = master.empty() ? 0 : part.device(master),
                              .mac = *mac,
                              .vlan = words.number_after<std::uint16_t>("vlan").value_or(0),
                              .state = state});
    return true;
}

void read_fdb(const Excerpt& excerpt, Paste& paste)
{
    for (const Line& line : excerpt.lines) {
        if (!read_fdb_entry(line.text, excerpt, paste.part(excerpt)))
            paste.not_used(line, "not a line of `bridge fdb`");
    }
    paste.part(excerpt).told.insert(Topic::fdb);
}

// "eth0  1 PVID Egress Untagged", further VLANs of it on lines of their own.
void read_vlans(const Excerpt& excerpt, Paste& paste)
{
    Part& part = paste.part(excerpt);
    std::string port;
    for (const Line& line : excerpt.lines) {
        Words words(line.text);
        if (words.peek() == "port" && line.text.find("vlan") != std::string::npos)
            continue;
        if (!is_indented(line.text))
            port = words.next();
        if (words.done())
            continue;
        const std::string_view id = words.next();
        const std::size_t dash = std::min(id.find('-'), id.size());
        const auto first = parse_number<std::uint16_t>(id.substr(0, dash));
        const auto last = parse_number<std::uint16_t>(dash == id.size() ? id : id.substr(dash + 1));
        if (port.empty() || !first || !last) {
            paste.not_used(line, "not a line of `bridge vlan`");
            continue;
        }
        link_of(part, port)
            .vlans.push_back({.first = *first,
                              .last = *last,
                              .pvid = words.has("PVID"),
                              .untagged = words.has("Untagged")});
    }
}

bool is_bridge_command(const Command& command, std::string_view object)
{
    if (command.size() < 2 || command.front() != "bridge")
        return false;
    const auto named =
        std::ranges::find_if(command.begin() + 1, command.end(),
                             [](const auto& word) { return !word.starts_with('-'); });
    return named != command.end() && object.starts_with(*named);
}

} // namespace

std::span<const Form> bridge_tables()
{
    static constexpr auto kRows = std::to_array<Form>(
        {{"brctl show", [](const Command& command) { return command.front() == "brctl"; },
          [](std::string_view line) { return line.starts_with("bridge name"); }, read_brctl},
         {"bridge link", [](const Command& command) { return is_bridge_command(command, "link"); },
          [](std::string_view line) {
              const Words words(line);
              return words.has("master") && words.has("state") && words.has("cost") &&
                     line.find(": ") != std::string_view::npos;
          },
          read_bridge_link},
         {"bridge fdb", [](const Command& command) { return is_bridge_command(command, "fdb"); },
          [](std::string_view line) {
              Words words(line);
              return value_of<net::MacAddress>(words.next()) && words.peek() == "dev";
          },
          read_fdb},
         {"bridge vlan", [](const Command& command) { return is_bridge_command(command, "vlan"); },
          [](std::string_view line) {
              return line.starts_with("port") && line.find("vlan") != std::string_view::npos;
          },
          read_vlans}});
    return kRows;
}

} // namespace onlan::formats::text::forms
