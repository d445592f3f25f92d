// SPDX-License-Identifier: Apache-2.0
#include "report/trace/trace_events.h"

#include <fmt/format.h>

namespace memplace {
namespace {

// Of an event of any phase; its time comes next.
std::string event_start(char phase, Track track) {
  return fmt::format(",\n{{\"ph\":\"{}\",\"pid\":{},\"tid\":{},\"ts\":", phase, track.process,
                     track.thread);
}

}  // namespace

std::string json_escaped(std::string_view text) {
  const std::string quoted = one_line(Json(std::string(text)));
  return quoted.substr(1, quoted.size() - 2);
}

std::string slice_start(Track track) { return event_start('X', track); }

std::string slice_name(std::string_view name) { return fmt::format(",\"name\":\"{}", name); }

std::string slice_kind(std::string_view category, std::string_view args) {
  return fmt::format("\",\"cat\":\"{}\",\"args\":{{{}", category, args);
}

TraceEvents::TraceEvents(const std::string& path, const Json& metadata) : file_(path) {
  const std::string other = one_line(metadata);
  file_.reserve(kFixedSize + other.size());
  file_.put("{\"displayTimeUnit\":\"ns\",\n\"otherData\":");
  file_.put(other);
  file_.put(",\n\"traceEvents\":[");
}

void TraceEvents::name_process(std::uint32_t process, std::string_view name) {
  metadata("process_name", {process, 0}, fmt::format("\"name\":\"{}\"", name));
  metadata("process_sort_index", {process, 0}, fmt::format("\"sort_index\":{}", process));
}

void TraceEvents::name_thread(Track track, std::string_view name) {
  metadata("thread_name", track, fmt::format("\"name\":\"{}\"", name));
  metadata("thread_sort_index", track, fmt::format("\"sort_index\":{}", track.thread));
}

void TraceEvents::counter(std::uint32_t process, std::string_view name, Picoseconds when,
                          std::int64_t value) {
  begin_event(event_start('C', {process, 0}), name.size());
  file_.put_microseconds(when);
  file_.put(",\"name\":\"");
  file_.put(name);
  file_.put("\",\"args\":{\"value\":");
  file_.put_number(value);
  file_.put("}}");
}

void TraceEvents::arrow(Track from, Picoseconds from_begin, Track to, Picoseconds to_begin,
                        std::string_view name) {
  ++arrows_;
  const auto half = [&](std::string_view start, Track track, Picoseconds when) {
    begin_event(start, name.size());
    file_.put_number(track.process);
    file_.put(",\"tid\":");
    file_.put_number(track.thread);
    file_.put(",\"ts\":");
    file_.put_microseconds(when);
    file_.put(",\"id\":");
    file_.put_number(arrows_);
    file_.put(",\"name\":\"");
    file_.put(name);
    file_.put("\",\"cat\":\"wait\"}");
  };
  half(",\n{\"ph\":\"s\",\"pid\":", from, from_begin);
  // "bp": it ends at the slice around its time, not at the next one.
  half(",\n{\"ph\":\"f\",\"bp\":\"e\",\"pid\":", to, to_begin);
}

void TraceEvents::commit() {
  file_.reserve(kFixedSize);
  file_.put("\n]}\n");
  file_.commit();
}

void TraceEvents::metadata(std::string_view name, Track track, std::string_view args) {
  begin_event(event_start('M', track), name.size() + args.size());
  file_.put("0,\"name\":\"");
  file_.put(name);
  file_.put("\",\"args\":{");
  file_.put(args);
  file_.put("}}");
}

}  // namespace memplace
