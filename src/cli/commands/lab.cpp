#include <csignal>
#include <iostream>
#include <memory>

#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/command.hpp"
#include "cli/narrators.hpp"
#include "cli/print.hpp"
#include "cli/start.hpp"
#include "lab/article.hpp"
#include "lab/containers.hpp"
#include "lab/engine.hpp"
#include "lab/remains.hpp"
#include "lab/topology.hpp"

namespace onlan::cli {
namespace {

constexpr const char* kMadeRootfs = "/var/cache/onlan/docker-rootfs";
constexpr int kInterrupted = 128;

struct LabOptions {
    std::string name = "article"; // or "down": take away what --keep left
    bool keep = false;
    bool with_docker = true;
    std::filesystem::path rootfs; // empty: look for one
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
    const auto narrator = make_narrator(options);
    if (const auto told = lab::run_article(docker_root(lab), *narrator); !told) {
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

Result<int> run_in_child(const Options& options, const LabOptions& lab)
{
    sigset_t watched;
    sigset_t before;
    ::sigemptyset(&watched);
    ::sigaddset(&watched, SIGCHLD);
    for (const int signal : kStopping)
        ::sigaddset(&watched, signal);
    ::sigprocmask(SIG_BLOCK, &watched, &before);
    const pid_t child = ::fork();
    if (child < 0)
        return fail_errno("start the lab");
    if (child == 0) {
        ::setpgid(0, 0); // Ctrl-C is for the process that cleans up
        ::sigprocmask(SIG_SETMASK, &before, nullptr);
        ::_exit(tell(options, lab));
    }
    const int code = await(child, watched);
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    return code;
}

void explain_keeping(bool with_docker)
{
    std::cout << fmt::format("The lab is still running. To look around:\n"
                             "  ip netns exec {} bash\n"
                             "  ip netns exec {} ping {}\n",
                             lab::netns_name("host"), lab::netns_name("pc"), lab::kHost);
    if (with_docker)
        std::cout << fmt::format("  docker --host {} ps\n", lab::docker_host());
    std::cout << "To remove it: onlan lab down\n";
}

Result<int> run_lab(const Options& options, const LabOptions& lab)
{
    ONLAN_CHECK(require_root("lab"));
    if (lab.name == "down") {
        ONLAN_CHECK(lab::remove_lab());
        return kDone;
    }
    // Here already, so that a lab that somebody keeps is not taken away.
    ONLAN_CHECK(lab::claim_folder());
    auto told = run_in_child(options, lab);
    if (lab.keep && told == kDone) {
        explain_keeping(docker_root(lab).has_value());
        return kDone;
    }
    if (options.format == Format::text)
        std::cout << "== removing everything\n" << std::flush;
    ONLAN_CHECK(lab::remove_lab());
    return told;
}

} // namespace

Command add_lab(CLI::App& program)
{
    const auto lab = std::make_shared<LabOptions>();
    CLI::App* syntax =
        program.add_subcommand("lab", "build the article's host in throw-away network namespaces: "
                                      "show what fails, and run 'onlan up'");
    syntax
        ->add_option(
            "NAME", lab->name,
            "build the article's host (article, the default), or remove what --keep left (down)")
        ->check(CLI::IsMember({"article", "down"}));
    syntax->add_flag("--keep", lab->keep, "leave it in place to look around");
    syntax->add_flag_callback(
        "--no-docker", [lab] { lab->with_docker = false; },
        "use a stand-in for Docker: namespaces and rules like Docker's");
    syntax->add_option("--rootfs", lab->rootfs, "run Docker from this root file system")
        ->type_name("DIR")
        ->check(CLI::ExistingDirectory);
    return {syntax, [lab](const Options& options) { return run_lab(options, *lab); }};
}

} // namespace onlan::cli
