// SPDX-License-Identifier: Apache-2.0
// All ranks as one crew. Rank 0 hands out tasks and takes results on the thread that calls run(),
// and does tasks on others like every rank.
#pragma once

#include <cstddef>
#include <functional>

#include "base/mpi/mailbox.h"
#include "base/parallel.h"
#include "base/task_crew.h"

namespace memplace {

class MpiCrew : public TaskCrew {
 public:
  // `mail` outlives it. `deserted` becomes true where run() left ranks behind that were still at
  // work when it was stopped.
  MpiCrew(Mailbox& mail, std::size_t threads, bool& deserted)
      : mail_(mail), threads_(threads), pool_(threads + 1), deserted_(deserted) {}

  void run(std::size_t tasks, const Task& task, const Take& take,
           const std::function<bool()>& stop) override;

 private:
  Mailbox& mail_;
  std::size_t threads_;
  ThreadPool pool_;
  bool& deserted_;
};

}  // namespace memplace
