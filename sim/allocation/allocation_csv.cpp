// SPDX-License-Identifier: Apache-2.0
#include "sim/allocation/allocation_csv.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <map>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "base/error.h"
#include "base/files.h"

namespace memplace {
namespace {

constexpr std::size_t kMostBytes = std::size_t{64} << 20U;
constexpr std::int64_t kMostTime = std::int64_t{1} << 61U;

struct Field {
  std::string_view text;
  std::size_t column = 1;  // of its first byte
};

struct Place {
  const std::string& source;
  std::size_t line = 0;

  Error error(std::size_t column, const std::string& message) const {
    return Error(fmt::format("{}:{}:{}: {}", printable(source), line, column, message));
  }
};

std::vector<Field> split(std::string_view line) {
  std::vector<Field> fields;
  std::size_t begin = 0;
  while (true) {
    const std::size_t comma = std::min(line.find(',', begin), line.size());
    fields.push_back({line.substr(begin, comma - begin), begin + 1});
    if (comma == line.size()) {
      return fields;
    }
    begin = comma + 1;
  }
}

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    lines.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  while (!lines.empty() && lines.back().empty()) {
    lines.pop_back();
  }
  return lines;
}

// Where the known columns stand.
struct Columns {
  std::size_t count = 0;
  std::map<std::string, std::size_t> places;
  bool inclusive_end = false;

  std::optional<std::size_t> find(const std::string& name) const {
    const auto found = places.find(name);
    return found == places.end() ? std::nullopt : std::optional(found->second);
  }
};

Columns read_header(const Place& place, std::string_view line) {
  Columns columns;
  const std::vector<Field> fields = split(line);
  columns.count = fields.size();
  std::vector<std::string> names;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    names.emplace_back(fields[i].text);
    std::string name = names.back();
    if (name == "buffer" || name == "buffer_id") {
      name = "id";
    } else if (name == "begin" || name == "start") {
      name = "lower";
    } else if (name == "end") {
      name = "upper";
      columns.inclusive_end = true;
    } else if (name == "offset") {
      throw place.error(
          fields[i].column,
          "column \"offset\" is what is to be found; fixed offsets are not supported");
    }
    if (!columns.places.emplace(name, i).second) {
      throw place.error(fields[i].column,
                        fmt::format("column {} is given twice", quoted(fields[i].text)));
    }
  }
  for (const char* const needed : {"id", "lower", "upper", "size"}) {
    if (!columns.find(needed)) {
      const std::string_view nearest = nearest_name(needed, names);
      throw place.error(
          1, fmt::format("no column \"{}\"; found: {}{}", needed, printable(line, 200),
                         nearest.empty() ? "" : fmt::format(" (is it {}?)", quoted(nearest))));
    }
  }
  return columns;
}

class RowReader {
 public:
  RowReader(const Place& place, const Columns& columns, std::string_view line)
      : place_(place), columns_(columns), fields_(split(line)) {
    if (fields_.size() != columns.count) {
      throw place.error(fields_[std::min(columns.count, fields_.size() - 1)].column,
                        fmt::format("got {} fields, expected {} as in the header", fields_.size(),
                                    columns.count));
    }
  }

  const Field& field(const std::string& name) const { return fields_[*columns_.find(name)]; }

  std::int64_t integer(const std::string& name, std::int64_t least, std::int64_t most) const {
    const Field& found = field(name);
    std::int64_t number = 0;
    const char* const end = found.text.data() + found.text.size();
    const auto [stopped, code] = std::from_chars(found.text.data(), end, number);
    if (code != std::errc() || stopped != end || number < least || number > most) {
      throw place_.error(found.column,
                         fmt::format("{}: got {}, expected a whole number from {} to {}", name,
                                     quoted(found.text), least, most));
    }
    return number;
  }

 private:
  const Place& place_;
  const Columns& columns_;
  std::vector<Field> fields_;
};

AllocationBuffer read_row(const Place& place, const Columns& columns, std::string_view line) {
  const RowReader row(place, columns, line);
  AllocationBuffer buffer;
  buffer.id = row.field("id").text;
  if (buffer.id.empty()) {
    throw place.error(row.field("id").column, "id: is empty");
  }
  buffer.lower = row.integer("lower", -kMostTime, kMostTime);
  buffer.upper = row.integer("upper", -kMostTime, kMostTime);
  buffer.upper += columns.inclusive_end ? 1 : 0;
  if (buffer.upper <= buffer.lower) {
    throw place.error(
        row.field("upper").column,
        fmt::format("{}: got {}, expected {} {}, the lower end of the lifetime",
                    columns.inclusive_end ? "end" : "upper", printable(row.field("upper").text),
                    columns.inclusive_end ? "at least" : "more than", buffer.lower));
  }
  buffer.size = Bytes(row.integer("size", 0, kMostAllocationBytes));
  if (columns.find("alignment")) {
    buffer.alignment = row.integer("alignment", 1, kMostAlignment);
  }
  if (columns.find("hint") && !row.field("hint").text.empty()) {
    buffer.hint = Bytes(row.integer("hint", 0, kMostAllocationBytes));
  }
  if (columns.find("gaps") && !row.field("gaps").text.empty()) {
    throw place.error(row.field("gaps").column, "gaps: are not supported, expected an empty field");
  }
  return buffer;
}

}  // namespace

AllocationTable parse_allocation_csv(const std::string& text, const std::string& source) {
  AllocationTable table;
  const std::vector<std::string_view> lines = split_lines(text);
  Place place{source, 1};
  if (lines.empty()) {
    throw place.error(1, "is empty, expected a header row such as id,lower,upper,size");
  }
  table.header = lines.front();
  const Columns columns = read_header(place, lines.front());
  std::map<std::string, std::size_t> ids;  // and their lines
  for (std::size_t i = 1; i < lines.size(); ++i) {
    place.line = i + 1;
    if (table.rows.size() == kMostAllocationBuffers) {
      throw place.error(1, fmt::format("expected at most {} buffers", kMostAllocationBuffers));
    }
    table.problem.buffers.push_back(read_row(place, columns, lines[i]));
    table.rows.emplace_back(lines[i]);
    const std::string& id = table.problem.buffers.back().id;
    const auto [first, is_new] = ids.emplace(id, place.line);
    if (!is_new) {
      throw place.error(split(lines[i])[*columns.find("id")].column,
                        fmt::format("id {} is that of line {}", quoted(id), first->second));
    }
  }
  try {
    check_problem(table.problem);
  } catch (const Error& mistake) {
    throw Error(fmt::format("{}: {}", printable(source), mistake.what()));
  }
  return table;
}

AllocationTable read_allocation_csv(const std::string& path) {
  return parse_allocation_csv(read_file(path, kMostBytes), path);
}

std::string write_allocation_csv(const AllocationTable& table, const Allocation& allocation) {
  std::string text = table.header + ",offset\n";
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    text += fmt::format("{},{}\n", table.rows[i], allocation.offsets[i].count());
  }
  return text;
}

}  // namespace memplace
