#pragma once

#include <cstdint>
#include <string>

#include "model/names.hpp"
#include "model/trace.hpp"

namespace onlan::render {

// How much of a walk is told: the outcome and its cause; each phase that did something; all.
enum class Detail : std::uint8_t { minimal, summary, detailed };

// What stands around the words that a reader looks for first: escape sequences, or nothing.
struct Ink {
    std::string good;
    std::string bad;
    std::string strong;
    std::string off;
};

// The explanation for a person who reads it on a terminal.
[[nodiscard]] std::string text(const model::Explanation& explanation,
                               const model::ExplainedFlow& asked,
                               const model::Names& names,
                               Detail detail,
                               const Ink& ink);

} // namespace onlan::render
