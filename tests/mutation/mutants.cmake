# SPDX-License-Identifier: Apache-2.0
# The faults, by the part of docs/model/timing.md that they break. Texts are exact.

# --- law 3: the sequencers ---

memplace_mutant(weights_one_chunk_too_far FILE engine.cpp
  TEXT [=[if (s.weight_space + chunk.space.count() > share) {]=]
  BECOMES [=[if (s.weight_space > share) {]=])
memplace_mutant(walk_weights_one_chunk_too_far FILE walk.cpp
  TEXT [=[if (s.weight_space + run.space > plan_.weights_share) {]=]
  BECOMES [=[if (s.weight_space > plan_.weights_share) {]=])
memplace_mutant(walk_weights_freed_at_start_of_last_tile FILE walk.cpp
  TEXT [=[post_weights<kMoving>(end);]=]
  BECOMES [=[post_weights<kMoving>(end - run->compute);]=])
memplace_mutant(walk_input_slot_freed_late FILE walk.cpp
  TEXT [=[s.inputs_turn = std::max(s.inputs_due, end);]=]
  BECOMES [=[s.inputs_turn = std::max(s.inputs_due, end + 1);]=])
memplace_mutant(block_there_with_its_last_operand FILE engine.cpp
  TEXT [=[arrival.arrived = std::max(arrival.arrived, service.arrived);]=]
  BECOMES [=[arrival.arrived = service.arrived;]=])
memplace_mutant(producers_last_write_ignored FILE engine.cpp
  TEXT [=[allowed = std::max(allowed, s.written[producer]);]=]
  BECOMES [=[;]=])
memplace_mutant(walk_producers_last_write_ignored FILE walk.cpp
  TEXT [=[s.inputs_due = std::max(s.inputs_due, written_[plan_.producers[i]]);]=]
  BECOMES [=[;]=])
memplace_mutant(next_inference_not_waiting FILE engine.cpp
  TEXT [=[s.inputs.inference == 0 ? 0 : s.completions[s.inputs.inference - 1]]=]
  BECOMES [=[0]=])
memplace_mutant(walk_next_inference_not_waiting FILE walk.cpp
  TEXT [=[s.inputs_due = times_.makespan;]=]
  BECOMES [=[s.inputs_due = 0;]=])
memplace_mutant(dispatch_twice FILE engine.cpp
  TEXT [=[now + op.dispatch.count() : now]=]
  BECOMES [=[now + 2 * op.dispatch.count() : now]=])
memplace_mutant(dispatch_not_overlapped FILE engine.cpp
  TEXT [=[Time begin = std::max(s.ready, s.blocks.front().arrived);]=]
  BECOMES [=[Time begin = std::max(
      s.ready, s.blocks.front().arrived +
                   (s.tiles.item == op.first_tile ? op.dispatch.count() : 0));]=])
memplace_mutant(walk_without_dispatch FILE walk.cpp
  TEXT [=[Time ready = s.now + op.dispatch;]=]
  BECOMES [=[Time ready = s.now;]=])
memplace_mutant(output_slot_freed_when_served FILE engine.cpp
  TEXT [=[s.slot_free[request.target] = service.arrived;]=]
  BECOMES [=[s.slot_free[request.target] = service.served;]=])
memplace_mutant(walk_output_slot_freed_when_served FILE walk.cpp
  TEXT [=[take_slot(served + output_latency);]=]
  BECOMES [=[take_slot(served);]=])

# --- law 4: channels ---

memplace_mutant(latency_before_service FILE channels.h SOURCES channels.cpp engine.cpp
                event_simulator.cpp
  TEXT [=[service.granted = channel.free_at > now ? channel.free_at : now;]=]
  BECOMES [=[const Time there = now + plan_.latency[request.memory];
    service.granted = channel.free_at > there ? channel.free_at : there;]=])
memplace_mutant(writes_at_read_bandwidth FILE plan.cpp
  TEXT [=[transfer_time(bytes, view.write_bandwidth)]=]
  BECOMES [=[transfer_time(bytes, view.read_bandwidth)]=])
memplace_mutant(split_channel_ignored FILE channels.cpp
  TEXT [=[memory.channels == memplace::Channels::kSplit ? 2 : 1]=]
  BECOMES [=[1]=])
memplace_mutant(walk_split_channel_ignored FILE walk.cpp
  TEXT [=[2 * id.index() + (split ? 1 : 0)]=]
  BECOMES [=[2 * id.index() + (split ? 0 : 0)]=])
memplace_mutant(engine_scope_shared_by_streams FILE channels.cpp
  TEXT [=[memory.scope == Scope::kEngine]=]
  BECOMES [=[false]=])
memplace_mutant(engine_scope_of_slowest_shared_by_streams FILE channels.cpp
  TEXT [=[per_stream_.push_back(memory.scope == Scope::kEngine);]=]
  BECOMES [=[per_stream_.push_back(memory.scope == Scope::kEngine && !per_stream_.empty());]=])
memplace_mutant(burst_keeps_its_turn FILE channels.cpp
  TEXT [=[served.since = now;]=]
  BECOMES [=[;]=])

# --- law 5: the same instant ---

memplace_mutant(ties_backwards FILE engine.cpp
  TEXT [=[return a.order < b.order;]=]
  BECOMES [=[return b.order < a.order;]=])
memplace_mutant(ties_in_order_of_posting FILE engine.cpp
  TEXT [=[if (posted_.size() > 1) {]=]
  BECOMES [=[if (posted_.size() > 1'000'000) {]=])

# --- law 8: where the time went ---

memplace_mutant(inputs_charged_before_weights FILE engine.cpp
  TEXT [=[const bool for_weights = has_weights && weights == s.begin;]=]
  BECOMES [=[const bool for_weights = has_weights && weights == s.begin && inputs != s.begin;]=])

memplace_mutant(empty_block_starts_its_op FILE engine.cpp
  TEXT [=[const auto operands = static_cast<std::uint32_t>(op.operands.size());]=]
  BECOMES [=[note_start(s, at, now);
    const auto operands = static_cast<std::uint32_t>(op.operands.size());]=])

# --- law 9: moves ---
#
# What a walk does too early or too late only at one instant in thousands of cases is found by
# tests/unit/event/walk_moves_test.cpp.

memplace_mutant(moves_open_an_op_early FILE engine_moves.cpp
  TEXT [=[computes ? s.tiles.op : ops_]=]
  BECOMES [=[computes ? s.tiles.op + 1 : ops_]=])
memplace_mutant(moves_begin_before_the_inference FILE engine_moves.cpp
  TEXT [=[s.completions[s.moving] <= now]=]
  BECOMES [=[true]=])
memplace_mutant(piece_without_overhead FILE engine_moves.cpp
  TEXT [=[const Time overhead = program_.chip().mover.overhead.count();]=]
  BECOMES [=[const Time overhead = 0;]=])
memplace_mutant(places_are_filled_before_the_others_act FILE engine.cpp
  TEXT [=[    take_steps(s, now);]=]
  BECOMES [=[    take_steps(s, now);
    fill_places(s, now);]=])
memplace_mutant(piece_written_when_served FILE engine.cpp
  TEXT [=[key.operand / 2).until = service.arrived;]=]
  BECOMES [=[key.operand / 2).until = service.served;]=])
memplace_mutant(chunk_needs_a_piece_less FILE plan.cpp
  TEXT [=[ceil_div((again ? all : end).count(), piece.count())]=]
  BECOMES [=[(again ? all : end).count() / piece.count()]=])
memplace_mutant(weights_read_again_chunk_by_chunk FILE plan.cpp
  TEXT [=[const bool again = read_in_all > all;]=]
  BECOMES [=[const bool again = false;]=])
memplace_mutant(weights_of_the_inference_before FILE engine.cpp
  TEXT [=[s.moving != s.weights.inference ||]=]
  BECOMES [=[]=])
memplace_mutant(inputs_do_not_wait_for_moves FILE engine.cpp
  TEXT [=[allowed = std::max(allowed, written);]=]
  BECOMES [=[;]=])
memplace_mutant(move_demand_is_not_first FILE channels.cpp
  TEXT [=[demand_first_(plan.program.chip().mover.service == MoverService::kDemandFirst)]=]
  BECOMES [=[demand_first_(false)]=])
memplace_mutant(move_demand_is_always_first FILE channels.cpp
  TEXT [=[demand_first_(plan.program.chip().mover.service == MoverService::kDemandFirst)]=]
  BECOMES [=[demand_first_(true)]=])
memplace_mutant(one_place_more FILE mover.h SOURCES engine_moves.cpp
  TEXT [=[places_.size() < in_flight_]=]
  BECOMES [=[places_.size() <= in_flight_]=])
memplace_mutant(last_piece_is_whole FILE run_moves.h SOURCES engine_moves.cpp
  TEXT [=[piece + 1 == m.pieces ? m.last_class : plan_.piece_class]=]
  BECOMES [=[m.pieces > 0 ? plan_.piece_class : 0]=])
memplace_mutant(whole_wait_is_the_moves FILE engine.cpp
  TEXT [=[std::clamp<Time>(written - s.ready, 0, idle.count())]=]
  BECOMES [=[idle.count()]=])
memplace_mutant(first_operand_is_awaited FILE engine_moves.cpp
  TEXT [=[s.move_written[move] > latest.second]=]
  BECOMES [=[latest.first == kNoMove]=])
memplace_mutant(walk_piece_without_overhead FILE walk_mover.cpp
  TEXT [=[taken.time = at + overhead_;]=]
  BECOMES [=[taken.time = at;]=])
memplace_mutant(walk_demand_is_not_first FILE walk_mover.cpp
  TEXT [=[return fcfs_ ? piece.time : std::max(piece.time, free[piece.channel]);]=]
  BECOMES [=[(void)free;
  return piece.time;]=])
memplace_mutant(walk_weights_do_not_wait FILE walk_moves.cpp
  TEXT [=[mover_.written(move) >= pieces]=]
  BECOMES [=[true]=])
memplace_mutant(walk_leaves_the_mover_behind FILE walk_moves.cpp
  TEXT [=[  if (mover_.next() <= at && (channels & shared_channels()) != 0) {]=]
  BECOMES [=[  if (mover_.next() <= at && (channels & shared_channels()) == ~0U) {]=])
memplace_mutant(walk_leaps_over_what_moves FILE walk_moves.cpp
  TEXT [=[return mover_.next() != kUnknown && (channels & shared_channels()) != 0;]=]
  BECOMES [=[return mover_.next() != kUnknown && channels == 0;]=])
memplace_mutant(walk_moves_begin_before_the_inference FILE walk.cpp
  TEXT [=[mover_.begin_inference(s.inference, s.all_written,]=]
  BECOMES [=[mover_.begin_inference(s.inference, s.now,]=])
memplace_mutant(walk_opens_moves_late FILE walk_moves.cpp
  TEXT [=[mover_.open_until(next_op, end);]=]
  BECOMES [=[mover_.open_until(next_op, end + 1);]=])

# --- leaps ---

memplace_mutant(leap_a_period_too_far FILE walk.cpp
  TEXT [=[const Time shift = period * tiles;]=]
  BECOMES [=[const Time shift = period * (tiles + 1);]=])
memplace_mutant(leap_without_looking_at_chunks FILE walk.cpp
  TEXT [=[visit(arrivals[i & chunk_mask_]);]=]
  BECOMES [=[(void)arrivals;]=])
memplace_mutant(leap_over_the_end_of_the_chunks FILE walk.cpp
  TEXT [=[posted > chunks ? s.chunk.left - 1 : 0]=]
  BECOMES [=[s.chunk.left - 1]=])
memplace_mutant(leap_with_other_slots FILE walk.cpp
  TEXT [=[visit(s.slot_free[1]);]=]
  BECOMES [=[;]=])

# --- walks from a base ---

memplace_mutant(near_begins_an_op_late FILE incremental_walk.cpp
  TEXT [=[  return op;
}]=]
  BECOMES [=[  return op + 1 < checkpoints_.size() ? op + 1 : op;
}]=])
memplace_mutant(near_forgets_prefetched_weights FILE incremental_walk.cpp
  TEXT [=[is_first ? run->op : run->op + 1]=]
  BECOMES [=[run->op]=])
memplace_mutant(near_forgets_the_shift_before_the_last_change FILE incremental_walk.cpp
  TEXT [=[return times_.latency + shift;]=]
  BECOMES [=[return times_.latency;]=])
memplace_mutant(near_forgets_all_shifts_but_the_last FILE incremental_walk.cpp
  TEXT [=[shift += s_.now]=]
  BECOMES [=[shift = s_.now]=])
memplace_mutant(near_stops_without_comparing_slots_and_blocks FILE incremental_walk.cpp
  TEXT [=[return same(a.slot_free[0], b.slot_free[0]) && same(a.slot_free[1], b.slot_free[1]) &&
         same(a.block_arrived[0], b.block_arrived[0]) &&
         same(a.block_arrived[1], b.block_arrived[1]) &&
         same_if_known]=]
  BECOMES [=[return same_if_known]=])
# Whatever keeps a channel busy is on its way, mostly as a chunk, so that only together are the two
# comparisons missed: each alone changes nothing that can be seen.
memplace_mutant(near_stops_without_comparing_channels_and_chunks FILE incremental_walk.cpp
  TEXT [=[    if (!same(a.free[i], b.free[i])) {
      return false;
    }
  }
  for (std::uint32_t i = 0; i < a.chunks_posted - a.chunks_freed; ++i) {]=]
  BECOMES [=[  }
  for (std::uint32_t i = 0; i < 0; ++i) {]=])
memplace_mutant(near_forgets_that_a_reader_found_a_move FILE incremental_walk.cpp
  TEXT [=[(!kMoving || reader_move_ == kNoMove)]=]
  BECOMES [=[(!kMoving || op < plan_.ops.size())]=])
memplace_mutant(near_looks_at_the_new_opening_alone FILE incremental_walk.cpp
  TEXT [=[      note_changed_opening(before);
]=]
  BECOMES [=[]=])
memplace_mutant(near_stops_without_comparing_the_mover FILE incremental_walk.cpp
  TEXT [=[(!kMoving || mover_goes_on_like(op))]=]
  BECOMES [=[(!kMoving || op < plan_.ops.size())]=])
memplace_mutant(near_stops_without_comparing_pieces_of_moves FILE walk_mover.cpp
  TEXT [=[std::max<Time>(own.time - now, 0) != std::max<Time>(other.time - then, 0)]=]
  BECOMES [=[(now == kUnknown && then == kUnknown)]=])
