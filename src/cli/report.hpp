#pragma once

#include <ios>
#include <span>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/result.hpp"
#include "cli/options.hpp"
#include "operate/session.hpp"
#include "plan/plan.hpp"

namespace onlan::cli {

// What `up` and `down` have to say. As text it is all said on the way. With --json what is said on
// the way goes to stderr, and one document to stdout in the end: while there is a Report, std::cout
// leads to stderr then.
class Report {
public:
    Report(std::string_view command, Format format);
    ~Report();
    Report(const Report&) = delete;
    Report(Report&&) = delete;
    Report& operator=(const Report&) = delete;
    Report& operator=(Report&&) = delete;

    void planned(const plan::Plan& plan);
    // How it ended, where that is more than done, nothing-to-do and failed.
    void ended_as(std::string_view outcome) { outcome_ = outcome; }
    // Exit codes, for the command to return.
    [[nodiscard]] int could_not(std::span<const Error> errors);
    [[nodiscard]] int ended(const operate::Ending& ending);

    // Says it all, and gives the program's exit code.
    [[nodiscard]] int end(const Result<int>& result);

private:
    Format format_;
    std::streambuf* stdout_;
    nlohmann::json document_;
    std::string outcome_;
};

} // namespace onlan::cli
