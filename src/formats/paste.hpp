#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/snapshot.hpp"

namespace onlan::formats {

// What people paste in a forum: what their programs printed, for people or for machines, with
// prompts between or without.
struct PastedText {
    std::string name; // of the file; empty where there is one
    std::string text;
};

// The snapshot that it tells of. What it leaves out is assumed, and said in Netns::assumed with the
// command that would tell. Nothing in a paste is an error: what is not understood is listed.
struct Pasted {
    model::Snapshot snapshot;
    std::vector<std::string> unused; // sentences, each with its line
};
[[nodiscard]] Pasted read_paste(std::span<const PastedText> texts);

} // namespace onlan::formats
