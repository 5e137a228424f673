// `docker ps`

#include <algorithm>
#include <array>

#include "formats/text/docker.hpp"
#include "formats/text/form.hpp"
#include "formats/text/published.hpp"
#include "formats/text/words.hpp"

namespace onlan::formats::text::forms {
namespace {

// The columns are as wide as what stands in them, and that of the ports may be empty: a row is
// told by its first word, its last, and by how ports look.
bool read_container_row(std::string_view line, Paste& paste)
{
    constexpr std::size_t kShortId = 12;
    const std::vector<std::string_view> words = words_in(line);
    if (words.size() < 3 || words.front().size() < kShortId ||
        words.front().find_first_not_of("0123456789abcdef") != std::string_view::npos)
        return false;
    model::DockerContainer& container = container_of(paste.docker, words.back(), words.front());
    container.running = std::ranges::find(words, "Up") != words.end();
    for (std::string_view word : words) {
        if (word.ends_with(','))
            word.remove_suffix(1);
        for (const model::PublishedPort& port : listed_ports(word))
            add_port(container, port);
    }
    return true;
}

void read_containers(const Excerpt& excerpt, Paste& paste)
{
    paste.docker_told = true;
    for (const Line& line : excerpt.lines) {
        if (!line.text.starts_with("CONTAINER ID") && !read_container_row(line.text, paste))
            paste.not_used(line, "not a line of `docker ps`");
    }
}

bool asks_containers(const Command& command)
{
    return command.size() > 1 && (command[0] == "docker" || command[0] == "podman") &&
           (command[1] == "ps" || (command.size() > 2 && command[1] == "container" &&
                                   (command[2] == "ls" || command[2] == "list")));
}

bool begins_containers(std::string_view line)
{
    return line.starts_with("CONTAINER ID");
}

} // namespace

std::span<const Form> docker_ps()
{
    static constexpr auto kRows =
        std::to_array<Form>({{"docker ps", asks_containers, begins_containers, read_containers}});
    return kRows;
}

} // namespace onlan::formats::text::forms
