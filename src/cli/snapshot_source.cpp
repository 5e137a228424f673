#include "cli/snapshot_source.hpp"

#include <chrono>
#include <iostream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/file.hpp"
#include "cli/start.hpp"
#include "collect/folder.hpp"
#include "collect/snapshot.hpp"

namespace onlan::cli {
namespace {

using std::chrono::steady_clock;

// Says how far it is, once a second, as soon as it takes longer than anybody likes to wait.
class ProgressLine {
public:
    void operator()(std::size_t done, std::size_t known)
    {
        const auto now = steady_clock::now();
        if (now < next_)
            return;
        next_ = now + std::chrono::seconds{1};
        std::cerr << fmt::format("read {} of {} namespaces\n", done, known);
    }

private:
    steady_clock::time_point next_ = steady_clock::now() + std::chrono::seconds{2};
};

} // namespace

void add_snapshot_option(CLI::App& command, std::filesystem::path& path)
{
    command
        .add_option(
            "--snapshot", path,
            "read this snapshot, or a folder of other programs' output, instead of the host")
        ->type_name("PATH");
}

Result<model::Snapshot>
read_snapshot(const Options& options, const std::filesystem::path& path, std::string_view command)
{
    if (!path.empty())
        return collect::load_snapshot(path);
    ONLAN_CHECK(require_root(command));
    ProgressLine progress;
    return collect::collect_snapshot(options.place.docker_host, std::ref(progress));
}

Result<> write_document(const std::filesystem::path& path, const std::string& document, mode_t mode)
{
    std::error_code ignored;
    const bool special =
        std::filesystem::exists(path, ignored) && !std::filesystem::is_regular_file(path, ignored);
    return special ? write_file(path, document)
                   : replace_file(std::filesystem::absolute(path), document, mode);
}

} // namespace onlan::cli
