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

model::Snapshot said(collect::Loaded loaded)
{
    for (const std::string& sentence : loaded.unused)
        std::cerr << "not used: " << sentence << '\n';
    return std::move(loaded.snapshot);
}

} // namespace

void add_snapshot_options(CLI::App& command, SnapshotSource& source)
{
    CLI::Option* snapshot =
        command
            .add_option(
                "--snapshot", source.snapshot,
                "read this snapshot, or a folder of other programs' output, instead of the host")
            ->type_name("PATH");
    command
        .add_option("--paste", source.paste,
                    "read what somebody pasted (`ip a`, `iptables -L -v`…) instead; -: from stdin")
        ->type_name("FILE")
        ->excludes(snapshot);
}

Result<model::Snapshot>
read_snapshot(const Options& options, const SnapshotSource& source, std::string_view command)
{
    if (!source.snapshot.empty())
        return collect::load_snapshot(source.snapshot).map(said);
    if (!source.paste.empty())
        return collect::load_paste(source.paste).map(said);
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
