#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "model/trace.hpp"
#include "simulate/run/record.hpp"

namespace onlan::simulate {

// Why an exchange ended as it did, by the steps of its record.
struct Cause {
    model::CauseKind kind = model::CauseKind::no_answer;
    std::optional<std::size_t> step; // what decided
    // What a reader has to know to understand it, in its order.
    std::vector<std::size_t> chain;
    std::string summary; // where no step shows it
};

[[nodiscard]] Cause find_cause(model::Outcome outcome, const Record& record);

// cause_words.cpp
[[nodiscard]] model::Cause in_words(const Record& record, const Cause& cause);

} // namespace onlan::simulate
