#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace onlan::formats::text {

// A command as somebody typed it, without what stands around it: sudo, `docker exec NAME`, a pipe.
struct Typed {
    std::string
        netns; // that it was run in, as model::Netns::name has it; empty: where it was typed
    std::vector<std::string> command;
    bool filtered = false; // by grep, head…: its output has lost lines

    // It opens a shell in `netns`.
    [[nodiscard]] bool opens_shell() const;
};
[[nodiscard]] Typed typed(std::string_view command_line);

struct Prompt {
    std::string place; // what stands before the command: "root@nas:~"
    std::string_view command_line;
};
// Nothing for a line that begins with none. A bare "#" is one before a command of a form that is
// known.
[[nodiscard]] std::optional<Prompt> prompt_in(std::string_view line);

// A line that is nothing but a command: "sudo ip a", "**`ip r`:**", "output of `iptables -S`:".
[[nodiscard]] std::optional<std::string_view> heading_in(std::string_view line);

} // namespace onlan::formats::text
