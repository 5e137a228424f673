#include "cli/options.hpp"

#include <cstdlib>

#include <unistd.h>

#include <CLI/CLI.hpp>

namespace onlan::cli {
namespace {

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

Paint paint_when(std::string_view when)
{
    const bool colors = when == "always" || (when == "auto" && ::isatty(STDOUT_FILENO) != 0);
    return colors ? Paint::colors : Paint::plain;
}

} // namespace

void add_global_options(CLI::App& app, Options& options)
{
    options.configuration = default_configuration();
    options.place = {.docker_host = environment("DOCKER_HOST", "unix:///var/run/docker.sock"),
                     .state_folder = environment("ONLAN_STATE_DIR", "/var/lib/onlan")};
    options.paint = paint_when("auto");
    app.set_help_flag("-h,--help", "print this help and exit");
    app.add_option("-f,--file", options.configuration,
                   "read this configuration (default /etc/onlan/onlan.yaml, or ./onlan.yaml if "
                   "that exists)")
        ->type_name("FILE");
    app.add_option("--docker-host", options.place.docker_host,
                   "ask Docker at this socket (default $DOCKER_HOST, else "
                   "unix:///var/run/docker.sock)")
        ->type_name("URL");
    app.add_option("--state-dir", options.place.state_folder,
                   "keep the journal there (default /var/lib/onlan)")
        ->type_name("DIR");
    app.add_flag_callback(
        "--json", [&options] { options.format = Format::json; },
        "print one JSON document on stdout instead of text");
    app.add_option_function<std::string>(
           "--color", [&options](const std::string& when) { options.paint = paint_when(when); },
           "use colours: auto, always or never")
        ->type_name("WHEN")
        ->check(CLI::IsMember({"auto", "always", "never"}));
    app.add_flag_callback(
        "-v,--verbose", [&options] { options.verbosity = Verbosity::verbose; },
        "report progress on stderr");
    app.set_version_flag("--version", "onlan " ONLAN_VERSION, "print the version and exit");
}

} // namespace onlan::cli
