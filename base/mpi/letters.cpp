// SPDX-License-Identifier: Apache-2.0
#include "base/mpi/letters.h"

#include <cstdint>
#include <new>
#include <stdexcept>

#include "base/archive.h"
#include "base/error.h"

namespace memplace {
namespace {

constexpr const char* kName = "a letter between ranks";

struct UnknownException {};

enum class Kind : std::uint64_t { kError, kOutOfMemory, kStandard, kUnknown };
constexpr std::size_t kKinds = 4;

void write_exception(ArchiveWriter& archive, const std::exception_ptr& thrown) {
  const auto write = [&](Kind kind, const char* message) {
    archive.write_u64(static_cast<std::uint64_t>(kind));
    archive.write_string(message);
  };
  try {
    std::rethrow_exception(thrown);
  } catch (const Error& error) {
    write(Kind::kError, error.what());
  } catch (const std::bad_alloc&) {
    write(Kind::kOutOfMemory, "");
  } catch (const std::exception& other) {
    write(Kind::kStandard, other.what());
  } catch (...) {
    write(Kind::kUnknown, "");
  }
}

std::exception_ptr read_exception(ArchiveReader& archive) {
  const auto kind = static_cast<Kind>(archive.read_below(kKinds));
  const std::string message = archive.read_string();
  switch (kind) {
    case Kind::kError:
      return std::make_exception_ptr(Error(message));
    case Kind::kOutOfMemory:
      return std::make_exception_ptr(std::bad_alloc());
    case Kind::kStandard:
      return std::make_exception_ptr(InternalError(message));
    case Kind::kUnknown:
      break;
  }
  return std::make_exception_ptr(UnknownException());
}

}  // namespace

std::string write_number(std::size_t number) {
  ArchiveWriter archive;
  archive.write_u64(number);
  return archive.bytes();
}

std::size_t read_number(std::string_view bytes) {
  return static_cast<std::size_t>(ArchiveReader(bytes, kName).read_u64());
}

std::string write_tasks(const std::vector<std::size_t>& tasks) {
  ArchiveWriter archive;
  archive.write_u64s(std::vector<std::uint64_t>(tasks.begin(), tasks.end()));
  return archive.bytes();
}

std::vector<std::size_t> read_tasks(std::string_view bytes) {
  const std::vector<std::uint64_t> tasks = ArchiveReader(bytes, kName).read_u64s();
  return {tasks.begin(), tasks.end()};
}

std::string write_report(const Desk::Outcome& outcome) {
  ArchiveWriter archive;
  archive.write_u64(outcome.results.size());
  for (const std::string& result : outcome.results) {
    archive.write_string(result);
  }
  archive.write_u64(outcome.ended);
  archive.write_flag(outcome.thrown != nullptr);
  if (outcome.thrown) {
    archive.write_u64(outcome.thrown_by);
    write_exception(archive, outcome.thrown);
  }
  return archive.bytes();
}

Desk::Outcome read_report(std::string_view bytes) {
  ArchiveReader archive(bytes, kName);
  Desk::Outcome outcome;
  outcome.results = archive.read_list([&] { return archive.read_string(); });
  outcome.ended = static_cast<std::size_t>(archive.read_u64());
  if (archive.read_flag()) {
    outcome.thrown_by = static_cast<std::size_t>(archive.read_u64());
    outcome.thrown = read_exception(archive);
  }
  archive.check_end();
  return outcome;
}

std::string write_failure(const RankFailure& failure) {
  ArchiveWriter archive;
  archive.write_i64(failure.code);
  archive.write_string(failure.message);
  return archive.bytes();
}

RankFailure read_failure(std::string_view bytes) {
  ArchiveReader archive(bytes, kName);
  const auto code = static_cast<int>(archive.read_i64());
  return {code, archive.read_string()};
}

}  // namespace memplace
