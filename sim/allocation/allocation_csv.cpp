// SPDX-License-Identifier: Apache-2.0
#include "sim/allocation/allocation_csv.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/csv.h"
#include "base/error.h"
#include "base/files.h"
#include "base/number_text.h"
#include "base/split.h"

namespace memplace {
namespace {

constexpr std::size_t kMostBytes = std::size_t{64} << 20U;
constexpr std::int64_t kMostTime = std::int64_t{1} << 61U;
constexpr std::size_t kMostColumns = 1000;
constexpr std::size_t kMostRecords = 1'000'000;  // of all memories

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";  // of spreadsheets

struct Place {
  const std::string& source;
  std::size_t line = 0;

  Error error(std::size_t column, const std::string& message) const {
    return Error(fmt::format("{}:{}:{}: {}", printable(source), line, column, message));
  }
};

// The fields of a row that has `columns` of them.
std::vector<CsvField> fields_of(const Place& place, std::string_view record, std::size_t columns,
                                char separator) {
  std::vector<CsvField> fields = csv_fields(record, columns, separator);
  for (const CsvField& field : fields) {
    if (!field.closed) {
      throw place.error(field.column,
                        "expected a closing quote, then a comma or the end of the line");
    }
  }
  return fields;
}

// Where the known columns stand.
struct Columns {
  char separator = ',';
  std::size_t count = 0;
  std::map<std::string, std::size_t> places;
  bool inclusive_end = false;

  std::optional<std::size_t> find(const std::string& name) const {
    const auto found = places.find(name);
    return found == places.end() ? std::nullopt : std::optional(found->second);
  }
};

Columns read_header(const Place& place, std::string_view line, bool of_one_memory) {
  Columns columns;
  columns.separator = csv_separator(line);
  const std::vector<CsvField> fields = fields_of(place, line, kMostColumns, columns.separator);
  if (fields.size() > kMostColumns) {
    throw place.error(fields.back().column,
                      fmt::format("expected at most {} columns", kMostColumns));
  }
  columns.count = fields.size();
  std::vector<std::string> names;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    names.push_back(printable(fields[i].text));  // as they are written
    std::string name = names.back();
    if (name == "buffer" || name == "buffer_id") {
      name = "id";
    } else if (name == "begin" || name == "start") {
      name = "lower";
    } else if (name == "end") {
      name = "upper";
      columns.inclusive_end = true;
    }
    if (!columns.places.emplace(name, i).second) {
      throw place.error(fields[i].column,
                        fmt::format("column {} is given twice", memplace::quoted(fields[i].text)));
    }
  }
  std::vector<std::string> needed{"id", "lower", "upper", "size"};
  if (of_one_memory) {
    needed.emplace_back("memory");
  }
  for (const std::string& name : needed) {
    if (!columns.find(name)) {
      const std::string_view nearest = nearest_name(name, names);
      throw place.error(
          1, fmt::format(
                 "no column \"{}\"; found: {}{}", name, printable(line, 200),
                 nearest.empty() ? "" : fmt::format(" (is it {}?)", memplace::quoted(nearest))));
    }
  }
  return columns;
}

class RowReader {
 public:
  RowReader(const Place& place, const Columns& columns, std::string_view line)
      : place_(place),
        columns_(columns),
        fields_(fields_of(place, line, columns.count, columns.separator)) {
    if (fields_.size() != columns.count) {
      throw place.error(
          fields_[std::min(columns.count, fields_.size() - 1)].column,
          fmt::format("got {} fields, expected {} as in the header",
                      csv_fields(line, line.size(), columns.separator).size(), columns.count));
    }
  }

  const CsvField& field(const std::string& name) const { return fields_[*columns_.find(name)]; }

  // Whether the column is there and says something in this row.
  bool has(const std::string& name) const {
    return columns_.find(name) && !field(name).text.empty();
  }

  std::int64_t integer(const std::string& name, std::int64_t least, std::int64_t most) const {
    const CsvField& found = field(name);
    const auto number = parse_number<std::int64_t>(found.text);
    if (!number || *number < least || *number > most) {
      throw place_.error(found.column,
                         fmt::format("{}: got {}, expected a whole number from {} to {}", name,
                                     memplace::quoted(found.text), least, most));
    }
    return *number;
  }

 private:
  const Place& place_;
  const Columns& columns_;
  std::vector<CsvField> fields_;
};

bool is_time(std::int64_t time) { return time >= -kMostTime && time <= kMostTime; }

// Gaps as "3-5 8-9".
std::vector<TimeInterval> read_gaps(const Place& place, const Columns& columns,
                                    const CsvField& field) {
  std::vector<TimeInterval> gaps;
  for (const std::string_view text : split(csv_text(field.text), ' ')) {
    if (text.empty()) {
      continue;
    }
    if (text.find('@') != std::string_view::npos) {
      throw place.error(field.column,
                        fmt::format("gaps: {} is of a part of the buffer (\"@\"), which is not "
                                    "supported",
                                    memplace::quoted(text)));
    }
    // A time may be negative.
    const std::size_t dash = text.find('-', 1);
    const auto time = [&](std::size_t begin, std::size_t end) {
      return parse_number<std::int64_t>(text.substr(std::min(begin, text.size()), end));
    };
    const auto lower = time(0, dash);
    const auto upper = dash == std::string_view::npos ? std::nullopt : time(dash + 1, text.size());
    if (!lower || !upper || !is_time(*lower) || !is_time(*upper)) {
      throw place.error(field.column,
                        fmt::format("gaps: got {}, expected two times such as 3-5, with blanks "
                                    "between gaps",
                                    memplace::quoted(text)));
    }
    gaps.push_back({*lower, *upper + (columns.inclusive_end ? 1 : 0)});
  }
  std::sort(gaps.begin(), gaps.end(),
            [](const TimeInterval& a, const TimeInterval& b) { return a.lower < b.lower; });
  return gaps;
}

AllocationBuffer read_row(const Place& place, const Columns& columns, const RowReader& row) {
  AllocationBuffer buffer;
  buffer.id = printable(csv_text(row.field("id").text));  // as it is written
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
  if (row.has("hint")) {
    buffer.hint = Bytes(row.integer("hint", 0, kMostAllocationBytes));
  }
  if (row.has("offset")) {
    buffer.fixed = Bytes(row.integer("offset", 0, kMostAllocationBytes));
  }
  if (row.has("gaps")) {
    buffer.gaps = read_gaps(place, columns, row.field("gaps"));
  }
  return buffer;
}

// The line as memplace writes it, without the column that write_allocation_csv() adds.
std::string without_offset(const Columns& columns, std::string_view line) {
  std::vector<std::string> kept;
  const std::optional<std::size_t> offset = columns.find("offset");
  const std::vector<CsvField> fields = csv_fields(line, kMostColumns, columns.separator);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i != offset) {
      kept.push_back(csv_cell(csv_text(fields[i].text)));
    }
  }
  return fmt::format("{}", fmt::join(kept, ","));
}

}  // namespace

AllocationTable parse_allocation_csv(const std::string& text, const std::string& source,
                                     const std::optional<std::string>& memory) {
  AllocationTable table;
  std::string_view content = text;
  if (content.starts_with(kByteOrderMark)) {
    content.remove_prefix(kByteOrderMark.size());
  }
  const char separator = csv_separator(content.substr(0, content.find('\n')));
  const std::vector<CsvRecord> records = csv_records(content, kMostRecords, separator);
  Place place{source, 1};
  if (records.size() > kMostRecords) {
    place.line = records.back().line;
    throw place.error(1, fmt::format("expected at most {} lines", kMostRecords));
  }
  if (records.empty()) {
    throw place.error(1, "is empty, expected a header row such as id,lower,upper,size");
  }
  const Columns columns = read_header(place, records.front().text, memory.has_value());
  table.header = without_offset(columns, records.front().text);
  std::map<std::string, std::size_t> ids;  // and their lines
  std::set<std::string> memories;
  for (std::size_t i = 1; i < records.size(); ++i) {
    const std::string_view line = records[i].text;
    place.line = records[i].line;
    const RowReader row(place, columns, line);
    if (memory) {
      const std::string name(csv_text(row.field("memory").text));
      memories.insert(name);
      if (name != *memory) {
        continue;
      }
    }
    if (table.rows.size() == kMostAllocationBuffers) {
      throw place.error(1, fmt::format("expected at most {} buffers", kMostAllocationBuffers));
    }
    table.problem.buffers.push_back(read_row(place, columns, row));
    table.rows.push_back(without_offset(columns, line));
    const std::string& id = table.problem.buffers.back().id;
    const auto [first, is_new] = ids.emplace(id, place.line);
    if (!is_new) {
      throw place.error(row.field("id").column, fmt::format("id {} is that of line {}",
                                                            memplace::quoted(id), first->second));
    }
  }
  if (memory && table.rows.empty()) {
    const std::vector<std::string> known(memories.begin(), memories.end());
    throw Error(
        fmt::format("{}: {}", printable(source), unknown_name_message("memory", *memory, known)));
  }
  // A whole layout is there to be checked.
  std::vector<AllocationBuffer>& buffers = table.problem.buffers;
  if (!buffers.empty() && std::all_of(buffers.begin(), buffers.end(), [](const auto& buffer) {
        return buffer.fixed.has_value();
      })) {
    table.given.emplace();
    for (AllocationBuffer& buffer : buffers) {
      table.given->offsets.push_back(*std::exchange(buffer.fixed, std::nullopt));
    }
  }
  try {
    check_problem(table.problem);
  } catch (const Error& mistake) {
    throw Error(fmt::format("{}: {}", printable(source), mistake.what()));
  }
  return table;
}

AllocationTable read_allocation_csv(const std::string& path,
                                    const std::optional<std::string>& memory) {
  return parse_allocation_csv(read_file(path, kMostBytes), path, memory);
}

std::string write_allocation_csv(const AllocationTable& table, const Allocation& allocation) {
  std::string text = table.header + ",offset\n";
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    text += fmt::format("{},{}\n", table.rows[i], allocation.offsets[i].count());
  }
  return text;
}

}  // namespace memplace
