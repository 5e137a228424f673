#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "operate/place.hpp"

namespace CLI {
class App;
}

namespace onlan::cli {

// onlan's exit codes; scripts depend on them (onlan(8)).
inline constexpr int kDone = 0;
inline constexpr int kCouldNot = 1;
inline constexpr int kUsage = 2;
inline constexpr int kNo = 3; // the answer is "no": drift, something to change, a flow that is lost

enum class Format : std::uint8_t { text, json };
enum class Paint : std::uint8_t { plain, colors };
enum class Verbosity : std::uint8_t { normal, verbose };

// Options of every command.
struct Options {
    std::filesystem::path configuration;
    operate::Place place;
    Format format = Format::text;
    Paint paint = Paint::plain;
    Verbosity verbosity = Verbosity::normal;
};

// Sets the defaults, and takes what stands on the command line; `options` has to live as long as
// `app`.
void add_global_options(CLI::App& app, Options& options);

} // namespace onlan::cli
