// SPDX-License-Identifier: Apache-2.0
// A file in Chrome's trace event format (JSON), which Perfetto reads, written event by event.
// "Trace Event Format", the Chromium project: an object with `traceEvents`, each event with a phase
// `ph`; times in microseconds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/units.h"
#include "report/trace/text_file.h"

namespace memplace {

// A row of the viewer: a thread of a process, both numbered from 1. Threads are numbered through
// all processes.
struct Track {
  std::uint32_t process = 0;
  std::uint32_t thread = 0;

  bool operator==(const Track&) const = default;
};

// `text` as it stands inside a JSON string, without the quotes.
std::string json_escaped(std::string_view text);

// What many slices have in common, as text that is made once. Names and arguments are given as
// JSON, escaped already.
std::string slice_start(Track track);
std::string slice_name(std::string_view name);
// `args` is the beginning of the arguments, without the braces.
std::string slice_kind(std::string_view category, std::string_view args);

// Nothing but a buffer is kept in memory. The constructor and commit() throw Error (base/files.h);
// the others, as they are called in the midst of a run, leave what went wrong to commit().
class TraceEvents {
 public:
  static constexpr std::int64_t kNoIndex = -1;

  // `metadata` becomes the file's `otherData`.
  TraceEvents(const std::string& path, const Json& metadata);

  // Processes and threads are shown in order of their numbers.
  void name_process(std::uint32_t process, std::string_view name);
  void name_thread(Track track, std::string_view name);

  // A slice [begin, end) named `NAME [INDEX]`, or NAME without an index; `start`, `name` and `kind`
  // come from the functions above. The rest of its arguments follow, of `args_size` characters at
  // most, and end_slice().
  void begin_slice(std::string_view start, Picoseconds begin, Picoseconds end,
                   std::string_view name, std::int64_t index, std::string_view kind,
                   std::size_t args_size) {
    begin_event(start, name.size() + kind.size() + args_size);
    file_.put_microseconds(begin);
    file_.put(",\"dur\":");
    file_.put_microseconds(end - begin);
    file_.put(name);
    if (index >= 0) {
      file_.put(" [");
      file_.put_number(index);
      file_.put(']');
    }
    file_.put(kind);
  }
  void args(std::string_view text) { file_.put(text); }
  void arg(std::int64_t number) { file_.put_number(number); }
  template <std::size_t kSize>
  void arg(const char (&key)[kSize], std::int64_t number) {
    file_.put(key);
    file_.put_number(number);
  }
  void end_slice() { file_.put("}}"); }

  // A number that holds from `when` on.
  void counter(std::uint32_t process, std::string_view name, Picoseconds when, std::int64_t value);

  // An arrow from the slice that begins on `from` at `from_begin` to the one on `to` at `to_begin`.
  // Both have been written.
  void arrow(Track from, Picoseconds from_begin, Track to, Picoseconds to_begin,
             std::string_view name);

  // Ends the file and gives it its name.
  void commit();

 private:
  // Characters of an event's numbers, keys and punctuation, generously.
  static constexpr std::size_t kFixedSize = 200;

  // Up to the time; `size` characters of variable texts follow.
  void begin_event(std::string_view start, std::size_t size) {
    file_.reserve(kFixedSize + start.size() + size);
    file_.put(start.substr(first_ ? 1 : 0));  // without the comma
    first_ = false;
  }
  void metadata(std::string_view name, Track track, std::string_view args);

  TextFile file_;
  std::int64_t arrows_ = 0;
  bool first_ = true;
};

}  // namespace memplace
