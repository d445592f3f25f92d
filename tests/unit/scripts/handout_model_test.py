# SPDX-License-Identifier: Apache-2.0
"""The simulated hand-out of scripts/handout-model against timelines by hand.
usage: handout_model_test.py SOURCE_DIR"""
import importlib.machinery
import importlib.util
import sys
import unittest

sys.dont_write_bytecode = True
SOURCE = sys.argv.pop(1)
LOADER = importlib.machinery.SourceFileLoader("handout", SOURCE + "/scripts/handout-model")
SPEC = importlib.util.spec_from_loader("handout", LOADER)
handout = importlib.util.module_from_spec(SPEC)
LOADER.exec_module(handout)


class HandoutModel(unittest.TestCase):
    def test_one_rank_does_one_after_the_other(self):
        # The second waits for the service of the first; then both that are left are handed out, of
        # which half may wait.
        self.assertEqual(handout.makespan(1, [10, 20, 30], 1, 100), 10 + 1 + 20 + 30 + 1)

    def test_two_ranks_and_letters(self):
        # Service 1, letters 5. Rank 1 is served at 1, begins at 6, ends at 16, is read at 21. Rank 0
        # begins at 0, ends at 10, is served until 11, does the third task from 11 to 21. Both reports
        # are there at 21 and are one round: 23.
        self.assertEqual(handout.makespan(2, [10, 10, 10], 1, 5), 23)

    def test_the_disk_is_waited_for_once_a_round(self):
        # As before, but from 11 to 111 rank 0 waits for the disk, and then for 100 once more.
        self.assertEqual(handout.makespan(2, [10, 10, 10], 1, 5, 100), 111 + 2 + 100)

    def test_as_many_tasks_as_ranks_take_one_task_and_the_letters(self):
        # Rank 9 is served last, at 9, begins at 9 + 5, ends at 1014, is read at 1019, served 1020.
        self.assertEqual(handout.makespan(10, [1000] * 10, 1, 5), 1020)

    def test_a_slow_rank_0_is_the_limit(self):
        # 100 reports of 50 each, while tasks take no time to speak of.
        self.assertGreaterEqual(handout.makespan(10, [1] * 100, 50, 0), 100 * 50)

    def test_how_many_wait(self):
        # 10 tasks in 50 ms on 2 ranks are 10 ms each: 10 of them in 100 ms, unless too few are left.
        self.assertEqual(handout.tasks_ahead(1000, 2, 10, 50_000_000), 10)
        self.assertEqual(handout.tasks_ahead(20, 2, 10, 50_000_000), 5)
        self.assertEqual(handout.tasks_ahead(3, 2, 10, 50_000_000), 0)
        # Of long tasks one while there are eight a rank.
        self.assertEqual(handout.tasks_ahead(16, 2, 10, 50_000_000_000), 1)
        self.assertEqual(handout.tasks_ahead(15, 2, 10, 50_000_000_000), 0)
        self.assertEqual(handout.tasks_ahead(1000, 2, 0, 1), 0)

    def test_tasks_that_wait_hide_letters_and_disk(self):
        # 4,000 tasks of 2 ms on 4 ranks are 2 s of work.
        end = handout.makespan(4, [2_000_000] * 4000, 10_000, 1_000_000, 12_000_000)
        self.assertTrue(2.0e9 < end < 2.1e9)

    def test_durations_are_always_the_same_and_have_their_mean(self):
        times = list(handout.durations(10000, 1000, 0.5))
        self.assertEqual(times, list(handout.durations(10000, 1000, 0.5)))
        self.assertTrue(500 <= min(times) and max(times) <= 1500)
        self.assertAlmostEqual(sum(times) / len(times), 1000, delta=10)  # 3.5 standard errors
        self.assertEqual(list(handout.durations(2, 7, 0)), [7, 7])


unittest.main()
