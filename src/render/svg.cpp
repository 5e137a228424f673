#include "render/svg.hpp"

#include <algorithm>
#include <iterator>
#include <span>

#include <fmt/format.h>

#include "render/columns.hpp"
#include "render/phase.hpp"
#include "render/xml.hpp"

namespace onlan::render {
namespace {

using model::Step;
using model::TracedPacket;

constexpr int kLine = 18;
constexpr int kPhase = 20;
constexpr std::size_t kLongestNote = 80;

constexpr std::string_view kStyle = R"(<style>
text{font:13px system-ui,sans-serif;fill:#1b1f24}
.title{font-weight:600;font-size:15px}
.small,.changed,.ended{paint-order:stroke;stroke:#fff;stroke-width:4px}
.small{font-size:11px;fill:#57606a}
.netns{fill:#f6f8fa;stroke:#8c959f}
.device{fill:#fff;stroke:#8c959f}
.life{stroke:#d0d7de;stroke-dasharray:3 3}
.path{stroke:#0969da;stroke-width:1.5;fill:none}
.pass{fill:#0969da}
.change{fill:#bf8700}
.changed{fill:#7d4e00;font-size:11px}
.end{stroke:#cf222e;stroke-width:2.5}
.ended{fill:#cf222e;font-size:11px}
.row{stroke:#d0d7de}
</style>
)";

// Cut between characters, not within one of UTF-8.
std::string shortened(std::string text, std::size_t longest)
{
    if (text.size() <= longest)
        return text;
    std::size_t end = longest;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
        --end;
    return text.substr(0, end) + "…";
}

// With those of its phases only that take it to another device or that are worth a word.
TracedPacket drawn(const TracedPacket& packet)
{
    TracedPacket shown = packet;
    shown.steps.clear();
    for (const Step& step : packet.steps) {
        const bool stays = !shown.steps.empty() && step.netns == shown.steps.back().netns &&
                           step.device == shown.steps.back().device;
        if (!stays || !is_trivial(step))
            shown.steps.push_back(step);
    }
    return shown;
}

// The exchange without ARP, and without what was only sent again.
std::vector<TracedPacket> drawn(const model::Explanation& explanation)
{
    std::vector<TracedPacket> packets;
    for (const TracedPacket& packet : explanation.packets) {
        if (model::is_arp(packet))
            continue;
        TracedPacket shown = drawn(packet);
        const bool again = std::ranges::any_of(
            packets, [&](const TracedPacket& earlier) { return same_walk(earlier, shown); });
        if (!shown.steps.empty() && !again)
            packets.push_back(std::move(shown));
    }
    return packets;
}

class Drawing {
public:
    Drawing(const model::Explanation& explanation,
            const model::ExplainedFlow& asked,
            const model::Names& names)
        : explanation_(explanation),
          asked_(asked),
          names_(names),
          packets_(drawn(explanation)),
          columns_(packets_)
    {}

    std::string draw() &&
    {
        draw_title();
        draw_places();
        const int below = y_;
        for (const TracedPacket& packet : packets_)
            draw_packet(packet);
        constexpr int kLeastWidth = 900;
        const int width = std::max(columns_.width(), kLeastWidth);
        const int height = y_ + kLine;
        return fmt::format(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" "
            "height=\"{1}\" role=\"img\">\n<title>{2}</title>\n{3}<rect width=\"{0}\" "
            "height=\"{1}\" fill=\"#fff\"/>\n{4}{5}</svg>\n",
            width, height, xml_text(title()), kStyle, lifelines(below, height), body_);
    }

private:
    template <typename... Arguments>
    void add(fmt::format_string<Arguments...> format, Arguments&&... arguments)
    {
        fmt::format_to(std::back_inserter(body_), format, std::forward<Arguments>(arguments)...);
    }

    [[nodiscard]] std::string title() const
    {
        return fmt::format("{} to {}: {}", asked_.from, asked_.to,
                           model::outcome_name(explanation_.outcome));
    }

    void draw_title()
    {
        add("<text class=\"title\" x=\"20\" y=\"{}\">{}</text>\n", y_, xml_text(title()));
        y_ += kLine;
        // SVG does not wrap lines.
        constexpr std::size_t kCharacters = 125;
        for (std::string_view rest = explanation_.cause.summary; !rest.empty();) {
            std::size_t end = rest.size();
            if (end > kCharacters) {
                end = rest.rfind(' ', kCharacters);
                end = end == std::string_view::npos ? rest.size() : end;
            }
            add("<text x=\"20\" y=\"{}\">{}</text>\n", y_, xml_text(rest.substr(0, end)));
            rest.remove_prefix(std::min(end + 1, rest.size()));
            y_ += kLine;
        }
    }

    void draw_places()
    {
        constexpr int kBox = 62;
        for (const Columns::Namespace& netns : columns_.namespaces()) {
            add("<rect class=\"netns\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"6\"/>\n",
                netns.left, y_, netns.right - netns.left, kBox);
            add("<text x=\"{}\" y=\"{}\">{}</text>\n", netns.left + 8, y_ + 16,
                xml_text(model::Names::netns(netns.name)));
            for (const Columns::Device& device : netns.devices)
                draw_device(netns.name, device);
        }
        y_ += kBox;
    }

    void draw_device(const std::string& netns, const Columns::Device& device)
    {
        constexpr int kWidth = 138;
        add("<rect class=\"device\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"36\" rx=\"4\"/>\n",
            device.x - kWidth / 2, y_ + 22, kWidth);
        const std::string name = names_.device(netns, device.name);
        const auto aside = name.find(" (");
        add("<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n", device.x, y_ + 38,
            xml_text(name.substr(0, aside)));
        if (aside != std::string::npos)
            add("<text class=\"small\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n",
                device.x, y_ + 52, xml_text(name.substr(aside + 1)));
    }

    [[nodiscard]] std::string lifelines(int from, int to) const
    {
        std::string lines;
        for (const Columns::Namespace& netns : columns_.namespaces()) {
            for (const Columns::Device& device : netns.devices)
                fmt::format_to(
                    std::back_inserter(lines),
                    "<line class=\"life\" x1=\"{0}\" y1=\"{1}\" x2=\"{0}\" y2=\"{2}\"/>\n",
                    device.x, from, to);
        }
        return lines;
    }

    void draw_packet(const TracedPacket& packet)
    {
        y_ += kLine;
        add("<line class=\"row\" x1=\"20\" y1=\"{0}\" x2=\"{1}\" y2=\"{0}\"/>\n", y_,
            columns_.width() - 20);
        y_ += kLine;
        add("<text x=\"20\" y=\"{}\">{}. {}</text>\n", y_, packet.number, xml_text(packet.summary));
        int x = columns_.x(packet.steps.front().netns, packet.steps.front().device);
        y_ += kPhase / 2;
        const std::size_t silent = is_trivial(packet.steps.front()) ? 1 : 0;
        for (const Step& step : std::span(packet.steps).subspan(silent)) {
            const int next = columns_.x(step.netns, step.device);
            add("<path class=\"path\" d=\"M{} {}L{} {}\"/>\n", x, y_, next, y_ + kPhase);
            x = next;
            y_ += kPhase;
            draw_phase(x, step);
        }
    }

    void draw_phase(int x, const Step& step)
    {
        if (model::ends(step.action)) {
            add("<path class=\"end\" d=\"M{} {}l12 12m0 -12l-12 12\"/>\n", x - 6, y_ - 6);
            draw_note(x, "ended", model::phase_text(step.stage, step.action));
        } else if (step.before) {
            add("<circle class=\"change\" cx=\"{}\" cy=\"{}\" r=\"5\"/>\n", x, y_);
            draw_note(
                x, "changed",
                fmt::format("{}: now {}", model::action_text(step.action), tuple(step.packet)));
        } else {
            add("<circle class=\"pass\" cx=\"{}\" cy=\"{}\" r=\"3\"/>\n", x, y_);
            if (!is_trivial(step))
                draw_note(x, "small", model::phase_text(step.stage, step.action));
        }
    }

    // Beside its place, on the side that has room for it.
    void draw_note(int x, std::string_view style, std::string note)
    {
        const bool left = x > columns_.width() / 2;
        add("<text class=\"{}\" x=\"{}\" y=\"{}\"{}>{}</text>\n", style, left ? x - 10 : x + 10,
            y_ + 4, left ? " text-anchor=\"end\"" : "",
            xml_text(shortened(std::move(note), kLongestNote)));
    }

    const model::Explanation& explanation_;
    const model::ExplainedFlow& asked_;
    const model::Names& names_;
    std::vector<TracedPacket> packets_;
    Columns columns_;
    int y_ = 26;
    std::string body_;
};

} // namespace

std::string svg(const model::Explanation& explanation,
                const model::ExplainedFlow& asked,
                const model::Names& names)
{
    return Drawing(explanation, asked, names).draw();
}

} // namespace onlan::render
