// SPDX-License-Identifier: Apache-2.0
// serve: answers requests of other programs until its input ends.
#include <istream>
#include <ostream>
#include <string>

#include "cli/commands.h"
#include "cli/service.h"

namespace memplace {

void declare_serve(Arguments&) {}

void execute_serve(const Arguments&, const Console& console) {
  Service service;
  for (std::string line; std::getline(console.in, line);) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) {
      continue;
    }
    if (const std::string answer = service.answer(line); !answer.empty()) {
      console.out << answer << '\n' << std::flush;
    }
    if (!console.out) {
      throw Error("serve: nobody reads the answers any more");
    }
  }
}

}  // namespace memplace
