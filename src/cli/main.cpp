#include <algorithm>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/nearest.hpp"
#include "cli/options.hpp"
#include "cli/print.hpp"
#include "cli/standard_streams.hpp"

namespace {

using onlan::cli::DownOptions;
using onlan::cli::ExplainOptions;
using onlan::cli::LabOptions;
using onlan::cli::Options;
using onlan::cli::SnapshotOptions;
using onlan::cli::UpOptions;
using onlan::render::Detail;

constexpr int kInternalError = 70; // EX_SOFTWARE of sysexits.h

std::string environment(const char* name, std::string otherwise)
{
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0' ? value : std::move(otherwise);
}

// ./onlan.yaml is for trying things out; a host has /etc/onlan/onlan.yaml.
std::filesystem::path default_configuration()
{
    std::error_code ignored;
    const std::filesystem::path here = "onlan.yaml";
    return std::filesystem::exists(here, ignored) ? here : "/etc/onlan/onlan.yaml";
}

// What the words on the command line ask for; filled by CLI11, which keeps pointers to the members.
struct Words {
    Options options;
    UpOptions up;
    DownOptions down;
    LabOptions lab;
    bool no_docker = false;
    SnapshotOptions snapshot;
    ExplainOptions explain;
    std::string status_lan;
    std::string export_format;
    std::string color = "auto";
    bool json = false;
    bool commands = false;
    long confirm = -1;
    long wait = 0;
};

void add_global_options(CLI::App& app, Words& words)
{
    words.options.configuration = default_configuration();
    words.options.docker_host = environment("DOCKER_HOST", "unix:///var/run/docker.sock");
    words.options.state_folder = environment("ONLAN_STATE_DIR", "/var/lib/onlan");
    app.add_option(
           "-f,--file", words.options.configuration,
           "the configuration (default /etc/onlan/onlan.yaml, or ./onlan.yaml if that exists)")
        ->type_name("FILE");
    app.add_option("--docker-host", words.options.docker_host,
                   "Docker's API socket (default $DOCKER_HOST, else unix:///var/run/docker.sock)")
        ->type_name("URL");
    app.add_option("--state-dir", words.options.state_folder,
                   "where the journal is kept (default /var/lib/onlan)")
        ->type_name("DIR");
    app.add_flag("--json", words.json, "one JSON document on stdout instead of text");
    app.add_option("--color", words.color, "auto, always or never")
        ->type_name("WHEN")
        ->check(CLI::IsMember({"auto", "always", "never"}));
    app.add_flag("-v,--verbose", words.options.verbose, "say on stderr what is read and asked");
    app.set_version_flag("--version", "onlan " ONLAN_VERSION);
}

void add_confirm_option(CLI::App& command, Words& words)
{
    command
        .add_option("--confirm", words.confirm,
                    "undo the changes unless confirmed within SECONDS; 0: do not ask (default: 30 "
                    "when a default route moves, else 0)")
        ->type_name("SECONDS")
        ->check(CLI::Range(0, 86400));
}

void add_up(CLI::App& app, Words& words)
{
    CLI::App* up = app.add_subcommand("up", "make the host match the configuration");
    up->add_option("LAN", words.up.lans, "only these LANs");
    up->add_flag("--dry-run", words.up.dry_run, "show what would change, and change nothing");
    up->add_flag("--commands", words.commands, "show the plan as ip, nft and docker commands");
    up->add_flag("-y,--yes", words.up.yes, "do not ask before changing");
    up->add_flag("--before-docker", words.up.before_docker,
                 "links and guards only: at boot, before dockerd starts");
    up->add_option("--wait", words.wait,
                   "wait up to SECONDS for the uplink's links, and then as long for Docker")
        ->type_name("SECONDS")
        ->check(CLI::Range(0, 3600));
    add_confirm_option(*up, words);

    CLI::App* plan = app.add_subcommand("plan", "what 'up' would change; exit 3 if anything");
    plan->add_option("LAN", words.up.lans, "only these LANs");
    plan->add_flag("--commands", words.commands, "as ip, nft and docker commands");
    plan->add_flag("--before-docker", words.up.before_docker, "links and guards only");
}

void add_others(CLI::App& app, Words& words)
{
    CLI::App* down = app.add_subcommand("down", "take away what onlan made, and only that");
    down->add_option("LAN", words.down.lans, "only these LANs");
    down->add_flag("--dry-run", words.down.dry_run, "show what would change, and change nothing");
    down->add_flag("--commands", words.commands, "show the plan as ip, nft and docker commands");
    down->add_flag("-y,--yes", words.down.yes, "do not ask before changing");
    add_confirm_option(*down, words);

    CLI::App* status = app.add_subcommand(
        "status", "each LAN: uplink, mode, guards, containers, drift; exit 3 if anything drifted");
    status->add_option("LAN", words.status_lan, "only this LAN");

    app.add_subcommand("confirm", "keep the changes that wait to be confirmed");

    app.add_subcommand("export", "the links in another tool's words, or everything as commands")
        ->add_option("FORMAT", words.export_format, "netplan, networkd or commands")
        ->required()
        ->check(CLI::IsMember({"netplan", "networkd", "commands"}));
}

void add_lab(CLI::App& app, Words& words)
{
    CLI::App* lab = app.add_subcommand(
        "lab", "the article's host in throw-away network namespaces: what fails, and onlan up");
    lab->add_option("NAME", words.lab.name,
                    "article (default), or down: take away what --keep left")
        ->check(CLI::IsMember({"article", "down"}));
    lab->add_flag("--keep", words.lab.keep, "leave it there to look around");
    lab->add_flag("--no-docker", words.no_docker,
                  "rules in the shape of Docker's instead of Docker");
    lab->add_option("--rootfs", words.lab.rootfs, "the file system to take Docker from")
        ->type_name("DIR")
        ->check(CLI::ExistingDirectory);
}

void add_snapshot(CLI::App& app, Words& words)
{
    CLI::App* snapshot =
        app.add_subcommand("snapshot", "the host's whole network state as one JSON document");
    snapshot->add_option("-o,--output", words.snapshot.output, "write it there instead of stdout")
        ->type_name("FILE");
    snapshot
        ->add_option("--snapshot", words.snapshot.snapshot,
                     "read this snapshot, or folder of other programs' output, instead of the host")
        ->type_name("PATH");
    snapshot->add_flag("--redact", words.snapshot.redact,
                       "with other addresses and names, for showing it around");
}

void add_explain(CLI::App& app, Words& words)
{
    CLI::App* explain = app.add_subcommand(
        "explain", "what happens to a flow, packet by packet; exit 3 if it fails");
    explain
        ->add_option("--from", words.explain.from, "container, host, netns:NAME, pid:N or lan:IP")
        ->type_name("WHO")
        ->required();
    explain->add_option("--to", words.explain.to, "IP:PORT/PROTO, IP/icmp or container:NAME:PORT")
        ->type_name("TARGET")
        ->required();
    explain
        ->add_option("--snapshot", words.explain.snapshot,
                     "read this snapshot, or folder of other programs' output, instead of the host")
        ->type_name("PATH");
    const auto detail = [&words](Detail how) {
        return [&words, how](std::int64_t) { words.explain.detail = how; };
    };
    explain->add_flag("--minimal", detail(Detail::minimal), "the outcome and its cause");
    explain->add_flag("--summary", detail(Detail::summary),
                      "and each stage that did something (default)");
    explain->add_flag("--detailed", detail(Detail::detailed), "and every other stage");
    explain->add_option("--svg", words.explain.svg, "and draw the walk into a file")
        ->type_name("FILE");
}

// The word that stands where a command should.
std::string unknown_command(const CLI::App& app)
{
    const auto words = app.remaining();
    const auto word =
        std::ranges::find_if(words, [](const std::string& one) { return !one.starts_with('-'); });
    return word == words.end() ? std::string{} : *word;
}

std::string usage_mistake(const CLI::App& app, const CLI::ParseError& error)
{
    if (!app.get_subcommands().empty())
        return error.what();
    std::vector<std::string> names;
    for (const CLI::App* command : app.get_subcommands({}))
        names.push_back(command->get_name());
    const std::vector<std::string_view> known(names.begin(), names.end());
    if (const std::string word = unknown_command(app); !word.empty())
        return fmt::format("there is no command '{}'{}", word, onlan::did_you_mean(word, known));
    // Without a command that is what CLI11 says last.
    if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr)
        return fmt::format("a command is missing: {}", fmt::join(known, ", "));
    return error.what();
}

int end_early(const CLI::App& app, const CLI::ParseError& error)
{
    if (error.get_exit_code() == 0) // --help, --version
        return app.exit(error);
    onlan::cli::print_error({std::make_error_code(std::errc::invalid_argument),
                             usage_mistake(app, error) + " (see 'onlan --help')"});
    return onlan::cli::kUsage;
}

int dispatch(const CLI::App& app, Words& words)
{
    Options& options = words.options;
    options.format = words.json ? onlan::cli::Format::json : onlan::cli::Format::text;
    const bool colors =
        words.color == "always" || (words.color == "auto" && ::isatty(STDOUT_FILENO) != 0);
    options.paint = colors ? onlan::cli::Paint::colors : onlan::cli::Paint::plain;
    if (words.commands)
        words.up.how = words.down.how = onlan::cli::PlanAs::commands;
    if (words.confirm >= 0)
        words.up.confirm = words.down.confirm = std::chrono::seconds{words.confirm};
    words.up.wait = std::chrono::seconds{words.wait};

    const std::string command = app.get_subcommands().front()->get_name();
    if (command == "up")
        return onlan::cli::up(options, words.up);
    if (command == "down")
        return onlan::cli::down(options, words.down);
    if (command == "plan")
        return onlan::cli::plan(options, words.up);
    if (command == "status")
        return onlan::cli::status(options, words.status_lan);
    if (command == "snapshot")
        return onlan::cli::snapshot(options, words.snapshot);
    if (command == "explain")
        return onlan::cli::explain(options, words.explain);
    if (command == "export")
        return onlan::cli::export_set_up(options, words.export_format);
    if (command == "lab") {
        words.lab.with_docker = !words.no_docker;
        return onlan::cli::lab(options, words.lab);
    }
    return onlan::cli::confirm(options);
}

} // namespace

int main(int argc, char** argv)
{
    onlan::cli::keep_going_without_readers();
    try {
        CLI::App app{"Put containers on the real LAN, reversibly.", "onlan"};
        Words words;
        app.fallthrough(); // "onlan status --json"; handed on to the subcommands as they are added
        add_global_options(app, words);
        add_up(app, words);
        add_others(app, words);
        add_lab(app, words);
        add_snapshot(app, words);
        add_explain(app, words);
        app.require_subcommand(1);
        try {
            app.parse(argc, argv);
        } catch (const CLI::ParseError& error) {
            return end_early(app, error);
        }
        return dispatch(app, words);
    } catch (const std::exception& error) {
        std::cerr << "onlan: error: internal error: " << error.what() << '\n';
        return kInternalError;
    }
}
