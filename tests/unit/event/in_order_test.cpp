// SPDX-License-Identifier: Apache-2.0
#include "sim/event/in_order.h"

#include <string>

#include <catch2/catch.hpp>

namespace memplace::event {
namespace {

class Writer : public SimObserver {
 public:
  void on_transfer(const TransferEvent& event) override {
    text += "t" + std::to_string(event.arrived.count()) + " ";
  }
  void on_compute(const ComputeEvent& event) override {
    text += "c" + std::to_string(event.end.count()) + " ";
  }
  std::string text;
};

TransferEvent transfer(std::int64_t arrived) {
  TransferEvent event;
  event.arrived = Picoseconds(arrived);
  return event;
}

ComputeEvent compute(std::int64_t end) {
  ComputeEvent event;
  event.end = Picoseconds(end);
  return event;
}

}  // namespace

TEST_CASE("in order: events wait for their time, ties keep their order", "[event]") {
  Writer writer;
  InOrder events;
  events.begin(&writer);
  CHECK(events.is_watched());
  events.add(transfer(7));
  events.add(compute(3));
  events.add(transfer(3));
  events.release(2);
  CHECK(writer.text.empty());
  events.release(3);
  CHECK(writer.text == "c3 t3 ");
  events.add(compute(5));
  events.release(kUnknown);
  CHECK(writer.text == "c3 t3 c5 t7 ");
}

TEST_CASE("in order: a new run forgets the last", "[event]") {
  Writer writer;
  InOrder events;
  events.begin(&writer);
  events.add(transfer(7));
  events.begin(nullptr);
  CHECK_FALSE(events.is_watched());
  events.release(kUnknown);
  CHECK(writer.text.empty());
}

}  // namespace memplace::event
