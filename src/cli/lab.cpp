#include <csignal>
#include <iostream>
#include <ranges>

#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/json_document.hpp"
#include "base/text_table.hpp"
#include "cli/options.hpp"
#include "cli/print.hpp"
#include "cli/session.hpp"
#include "lab/article.hpp"
#include "lab/containers.hpp"
#include "lab/engine.hpp"
#include "lab/remains.hpp"
#include "lab/topology.hpp"

namespace onlan::cli {
namespace {

using nlohmann::json;

constexpr const char* kMadeRootfs = "/var/cache/onlan/docker-rootfs";
constexpr int kInterrupted = 128;

class TextNarrator final : public lab::Narrator {
public:
    explicit TextNarrator(Paint paint) : paint_(paint) {}

    void doing(std::string_view what) override { std::cout << "== " << what << '\n' << std::flush; }

    void chapter(const lab::Chapter& chapter) override
    {
        std::cout << fmt::format("\n{}. {}\n", ++chapters_, chapter.title);
        TextTable table;
        for (const lab::Attempt& attempt : chapter.attempts)
            table.add({fmt::format("{} -> {}", attempt.from, attempt.to),
                       std::string(lab::protocol_name(attempt.protocol)),
                       std::string(model::outcome_name(attempt.outcome))});
        std::cout << table.to_string("   ") << "   because " << chapter.because << ".\n"
                  << std::flush;
    }

    void changing(const plan::PlannedStep& step) override { print_step(step); }

    void paths(const std::vector<lab::Cell>& cells) override
    {
        std::vector<std::string> heading = {"from \\ to"};
        for (const lab::Cell& cell : cells | std::views::take_while([&](const lab::Cell& other) {
                                         return other.from == cells.front().from;
                                     }))
            heading.push_back(cell.to);
        TextTable table(heading);
        std::vector<std::string> row;
        for (const lab::Cell& cell : cells) {
            if (row.empty())
                row.push_back(cell.from);
            row.push_back(text_of(cell));
            if (row.size() == heading.size()) {
                table.add(std::move(row));
                row.clear();
            }
        }
        std::cout << '\n' << table.to_string() << '\n' << std::flush;
    }

private:
    [[nodiscard]] std::string text_of(const lab::Cell& cell) const
    {
        if (cell.attempts.empty())
            return cell.instead;
        std::string failed;
        for (const lab::Attempt& attempt : cell.attempts) {
            if (attempt.outcome != model::Outcome::delivered)
                failed += fmt::format(" {}: {}", lab::protocol_name(attempt.protocol),
                                      model::outcome_name(attempt.outcome));
        }
        return failed.empty() ? good("✓", paint_) : bad("✗" + failed, paint_);
    }

    Paint paint_;
    unsigned chapters_ = 0;
};

json to_json(const std::vector<lab::Attempt>& attempts)
{
    json all = json::array();
    for (const lab::Attempt& attempt : attempts)
        all.push_back({{"from", attempt.from},
                       {"to", attempt.to},
                       {"protocol", lab::protocol_name(attempt.protocol)},
                       {"outcome", model::outcome_name(attempt.outcome)}});
    return all;
}

// One document when all is told; what takes a while is said on stderr.
class JsonNarrator final : public lab::Narrator {
public:
    void doing(std::string_view what) override { std::cerr << what << '\n'; }
    void chapter(const lab::Chapter& chapter) override
    {
        document_["failures"].push_back({{"title", chapter.title},
                                         {"attempts", to_json(chapter.attempts)},
                                         {"because", chapter.because}});
    }
    void changing(const plan::PlannedStep& step) override
    {
        document_["changes"].push_back(plan::describe(step.change));
    }
    void paths(const std::vector<lab::Cell>& cells) override
    {
        for (const lab::Cell& cell : cells) {
            for (json& attempt : to_json(cell.attempts))
                document_["paths"].push_back(std::move(attempt));
        }
        std::cout << json_document_text(document_) << '\n' << std::flush;
    }

private:
    json document_{{"schema", "onlan/lab/1"},
                   {"failures", json::array()},
                   {"changes", json::array()},
                   {"paths", json::array()}};
};

// The one that was named; else one that was made for this, the machine's own, or none.
std::optional<std::filesystem::path> docker_root(const LabOptions& lab)
{
    if (!lab.with_docker)
        return {};
    if (!lab.rootfs.empty())
        return lab.rootfs;
    for (const char* root : {kMadeRootfs, "/"}) {
        if (lab::find_dockerd(root))
            return root;
    }
    return {};
}

int tell(const Options& options, const LabOptions& lab)
{
    TextNarrator text(options.paint);
    JsonNarrator document;
    lab::Narrator& narrator =
        options.format == Format::json ? static_cast<lab::Narrator&>(document) : text;
    if (const auto told = lab::run_article(docker_root(lab), narrator); !told) {
        print_error(told.error());
        return kCouldNot;
    }
    return kDone;
}

constexpr std::array kStopping = {SIGINT, SIGTERM, SIGHUP};

// Waits for the process that builds the lab, and hands on to it what should stop it; so that
// whatever becomes of it, this process is there to take the lab away.
int await(pid_t child, const sigset_t& watched)
{
    for (;;) {
        int signal = 0;
        ::sigwait(&watched, &signal);
        if (signal != SIGCHLD) {
            ::kill(child, SIGKILL);
            continue;
        }
        int status = 0;
        if (::waitpid(child, &status, WNOHANG) == child)
            return WIFEXITED(status) ? WEXITSTATUS(status) : kInterrupted + WTERMSIG(status);
    }
}

int run_in_child(const Options& options, const LabOptions& lab)
{
    sigset_t watched;
    sigset_t before;
    ::sigemptyset(&watched);
    ::sigaddset(&watched, SIGCHLD);
    for (const int signal : kStopping)
        ::sigaddset(&watched, signal);
    ::sigprocmask(SIG_BLOCK, &watched, &before);
    const pid_t child = ::fork();
    if (child < 0) {
        print_error(fail_errno("start the lab").value());
        return kCouldNot;
    }
    if (child == 0) {
        ::setpgid(0, 0); // Ctrl-C is for the process that cleans up
        ::sigprocmask(SIG_SETMASK, &before, nullptr);
        ::_exit(tell(options, lab));
    }
    const int code = await(child, watched);
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    return code;
}

int take_away()
{
    if (const auto removed = lab::remove_lab(); !removed) {
        print_error(removed.error());
        return kCouldNot;
    }
    return kDone;
}

void explain_keeping(bool with_docker)
{
    std::cout << fmt::format("The lab stays. Look around:\n"
                             "  ip netns exec {} bash\n"
                             "  ip netns exec {} ping {}\n",
                             lab::netns_name("host"), lab::netns_name("pc"), lab::kHost);
    if (with_docker)
        std::cout << fmt::format("  docker --host {} ps\n", lab::docker_host());
    std::cout << "Take it away: onlan lab down\n";
}

} // namespace

int lab(const Options& options, const LabOptions& lab)
{
    if (const auto root = require_root("lab"); !root) {
        print_error(root.error());
        return kCouldNot;
    }
    if (lab.name == "down")
        return take_away();
    // Here already, so that a lab that somebody keeps is not taken away.
    if (const auto claimed = lab::claim_folder(); !claimed) {
        print_error(claimed.error());
        return kCouldNot;
    }
    const int told = run_in_child(options, lab);
    if (lab.keep && told == kDone) {
        explain_keeping(docker_root(lab).has_value());
        return kDone;
    }
    if (options.format == Format::text)
        std::cout << "== taking everything away\n" << std::flush;
    const int gone = take_away();
    return told == kDone ? gone : told;
}

} // namespace onlan::cli
