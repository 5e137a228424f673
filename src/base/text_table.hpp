#pragma once

#include <string>
#include <vector>

namespace onlan {

// Columns as wide as their widest cell, two blanks between them. A cell is one line of
// UTF-8; the escape sequences that colour it (ESC [ … m) take no room.
class TextTable {
public:
    TextTable() = default;
    explicit TextTable(std::vector<std::string> heading) { add(std::move(heading)); }

    void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
    [[nodiscard]] std::string to_string(const std::string& indent = "") const;

private:
    std::vector<std::vector<std::string>> rows_;
};

} // namespace onlan
