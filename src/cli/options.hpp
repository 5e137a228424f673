#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "render/text.hpp"

namespace onlan::cli {

// onlan's exit codes; scripts depend on them (onlan(8)).
inline constexpr int kDone = 0;
inline constexpr int kCouldNot = 1;
inline constexpr int kUsage = 2;
inline constexpr int kNo = 3; // the answer is "no": drift, something to change, a flow that is lost

enum class Format : std::uint8_t { text, json };
enum class PlanAs : std::uint8_t { sentences, commands };

enum class Paint : std::uint8_t { plain, colors };

// Options of every command.
struct Options {
    std::filesystem::path configuration;
    std::string docker_host;
    std::filesystem::path state_folder;
    Format format = Format::text;
    Paint paint = Paint::plain;
    bool verbose = false;
};

struct UpOptions {
    std::vector<std::string> lans;
    bool dry_run = false;
    PlanAs how = PlanAs::sentences;
    bool yes = false;
    bool before_docker = false;
    std::optional<std::chrono::seconds> confirm; // zero: never ask; absent: as the plan needs it
    std::chrono::seconds wait{0};
};

struct DownOptions {
    std::vector<std::string> lans;
    bool dry_run = false;
    PlanAs how = PlanAs::sentences;
    bool yes = false;
    std::optional<std::chrono::seconds> confirm;
};

struct LabOptions {
    std::string name = "article"; // or "down": take away what --keep left
    bool keep = false;
    bool with_docker = true;
    std::filesystem::path rootfs; // empty: look for one
};

struct SnapshotOptions {
    std::filesystem::path snapshot; // what to read instead of this host: a snapshot, or a folder
    std::filesystem::path output;   // empty: stdout
    bool redact = false;
};

struct ExplainOptions {
    std::string from;
    std::string to;
    std::filesystem::path snapshot; // empty: this host, now
    render::Detail detail = render::Detail::summary;
    std::filesystem::path svg; // empty: none
};

// Each command's exit code.
[[nodiscard]] int up(const Options& options, const UpOptions& up);
[[nodiscard]] int down(const Options& options, const DownOptions& down);
[[nodiscard]] int plan(const Options& options, const UpOptions& up);
[[nodiscard]] int status(const Options& options, const std::string& lan);
[[nodiscard]] int confirm(const Options& options);
[[nodiscard]] int snapshot(const Options& options, const SnapshotOptions& snapshot);
[[nodiscard]] int explain(const Options& options, const ExplainOptions& explain);
[[nodiscard]] int export_set_up(const Options& options, const std::string& format);
[[nodiscard]] int lab(const Options& options, const LabOptions& lab);

} // namespace onlan::cli
