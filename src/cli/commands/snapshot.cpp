#include <iostream>
#include <memory>

#include <sys/random.h>

#include <CLI/CLI.hpp>

#include "cli/command.hpp"
#include "cli/snapshot_source.hpp"
#include "model/snapshot_json.hpp"
#include "redact/redact.hpp"

namespace onlan::cli {
namespace {

struct SnapshotOptions {
    SnapshotSource source;
    std::filesystem::path output; // empty: stdout
    bool redact = false;
};

// A new one each time: nobody can tell which addresses those of an earlier document were.
Result<redact::Key> random_key()
{
    redact::Key key{};
    if (::getrandom(key.data(), sizeof key, 0) != static_cast<ssize_t>(sizeof key))
        return fail_errno("draw a key");
    return key;
}

Result<int> run_snapshot(const Options& options, const SnapshotOptions& snapshot)
{
    ONLAN_TRY(model::Snapshot collected, read_snapshot(options, snapshot.source, "snapshot"));
    if (snapshot.redact) {
        ONLAN_TRY(const redact::Key key, random_key());
        collected = redact::redacted(std::move(collected), key);
    }
    const std::string document = model::snapshot_to_json(collected);
    constexpr mode_t kOwnersAlone = 0600; // it tells everything about the host
    if (!snapshot.output.empty()) {
        ONLAN_CHECK(write_document(snapshot.output, document, kOwnersAlone));
        return kDone;
    }
    std::cout << document << std::flush;
    if (!std::cout)
        return fail_errno("write the snapshot to stdout", EIO);
    return kDone;
}

} // namespace

Command add_snapshot(CLI::App& program)
{
    const auto snapshot = std::make_shared<SnapshotOptions>();
    CLI::App* syntax = program.add_subcommand(
        "snapshot", "print the host's whole network state as one JSON document");
    syntax->add_option("-o,--output", snapshot->output, "write to this file instead of stdout")
        ->type_name("FILE");
    add_snapshot_options(*syntax, snapshot->source);
    syntax->add_flag("--redact", snapshot->redact,
                     "replace addresses and names so that it can be shared");
    return {syntax,
            [snapshot](const Options& options) { return run_snapshot(options, *snapshot); }};
}

} // namespace onlan::cli
