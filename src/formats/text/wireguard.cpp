// `wg show`: of a tunnel the model has the device alone, and sends all into it that is routed
// there.

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "formats/text/form.hpp"
#include "formats/text/words.hpp"

namespace onlan::formats::text::forms {
namespace {

void read_wireguard(const Excerpt& excerpt, Paste& paste)
{
    Part& part = paste.part(excerpt);
    std::string device;
    for (const Line& line : excerpt.lines) {
        const std::string_view text = trimmed(line.text);
        const std::size_t colon = text.find(':');
        const std::string_view key = text.substr(0, colon);
        const std::string_view value =
            colon == std::string_view::npos ? std::string_view{} : trimmed(text.substr(colon + 1));
        if (key == "interface") {
            device = value;
            (void)part.device(device);
            part.find_device(device)->kind = "wireguard";
        } else if (key == "allowed ips" && !device.empty()) {
            part.netns.assumed.push_back(fmt::format(
                "{} takes what is routed into it and lets in what comes: its allowed ips ({}) are "
                "not compared",
                device, value));
        } else if (key != "peer" && key != "public key" && key != "private key" &&
                   key != "listening port" && key != "endpoint") {
            paste.not_used(line, "the model has no place for it");
        }
    }
}

} // namespace

std::span<const Form> wireguard()
{
    static constexpr auto kRows = std::to_array<Form>(
        {{"wg show", [](const Command& command) { return command.front() == "wg"; },
          [](std::string_view line) {
              return line.starts_with("interface: ") && !line.ends_with(',');
          },
          read_wireguard}});
    return kRows;
}

} // namespace onlan::formats::text::forms
