#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lab/traffic.hpp"
#include "plan/plan.hpp"

namespace onlan::lab {

struct Attempt {
    std::string from;
    std::string to;
    Protocol protocol = Protocol::tcp;
    model::Outcome outcome = model::Outcome::timeout;
};

// One state of the article's host in which something does not work.
struct Chapter {
    std::string title;
    std::vector<Attempt> attempts; // the last one is what fails
    std::string because;
};

// Who reaches whom, as in the README's table.
struct Cell {
    std::string from;
    std::string to;
    std::vector<Attempt> attempts; // empty: not asked
    std::string instead;           // what stands there then: "via its published port"

    [[nodiscard]] bool all_delivered() const;
};

// Hears the lab as it goes on.
class Narrator {
public:
    Narrator() = default;
    Narrator(const Narrator&) = delete;
    Narrator& operator=(const Narrator&) = delete;
    virtual ~Narrator() = default;

    // Something that takes a while begins.
    virtual void doing(std::string_view what) = 0;
    virtual void chapter(const Chapter& chapter) = 0;
    virtual void changing(const plan::PlannedStep& step) = 0;
    // Row by row.
    virtual void paths(const std::vector<Cell>& cells) = 0;
};

} // namespace onlan::lab
