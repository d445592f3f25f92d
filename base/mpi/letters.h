// SPDX-License-Identifier: Apache-2.0
// What stands in the letters of base/mpi/mailbox.h.
#pragma once

#include <cstddef>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "base/mpi/desk.h"
#include "base/ranks.h"

namespace memplace {

std::string write_number(std::size_t number);
std::size_t read_number(std::string_view bytes);

std::string write_tasks(const std::vector<std::size_t>& tasks);
std::vector<std::size_t> read_tasks(std::string_view bytes);

// An exception arrives as an Error or std::bad_alloc where it was one, as an InternalError that
// says the same where it was another of the standard's, and else as one that is none of these.
std::string write_report(const Desk::Outcome& outcome);
Desk::Outcome read_report(std::string_view bytes);

std::string write_failure(const RankFailure& failure);
RankFailure read_failure(std::string_view bytes);

}  // namespace memplace
