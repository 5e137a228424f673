#pragma once

#include "cli/options.hpp"
#include "operate/observer.hpp"

namespace onlan::cli {

// Prints what goes on, and has a run confirmed, where somebody sits.
class Terminal final : public operate::Observer {
public:
    explicit Terminal(const Options& options) : verbosity_(options.verbosity) {}

    void note(std::string_view what) override;
    void asking(std::size_t addresses, std::string_view link) override;
    void recovering(const apply::JournalRun& run) override;
    void changing(const plan::PlannedStep& step) override;
    void recorded(unsigned records) override;
    int confirmable(std::chrono::seconds patience) override;

private:
    Verbosity verbosity_;
};

// Asks a question; without a terminal nobody can agree.
enum class Answer : std::uint8_t { yes, no, nobody };
[[nodiscard]] Answer ask(std::string_view question);

} // namespace onlan::cli
