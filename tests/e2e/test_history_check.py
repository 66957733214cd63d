#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of history_check.py: a true history passes, and each kind of broken one does not."""
import unittest

import history_check

# Scan 1 is first; 2 lost its first answer and was retried; 3 is the PIN; 4 retries 1; 9 ends.
GOOD = """\
1 0 P 100 200 200 genuine 1 A A
2 0 P 150 - 0 - - - -
2 0 P 300 400 200 genuine_seen 2 B A
3 0 R 450 500 200 confirmed 3 C A
1 0 P 520 530 200 genuine 1 A A
5 0 R 540 550 200 suspect 4 D A
6 0 W 560 570 200 pin_wrong 5 E A
9 0 F 900 950 200 genuine_seen 6 F A
"""


def found(text):
    """Texts of the breaches of a history."""
    return [text for _, text in history_check.breaches(history_check.read(text.splitlines()))]


class HistoryCheck(unittest.TestCase):
    """Each promise, broken."""

    def broken(self, old, new, expected):
        """Replace a line of the good history; the breach has to be named."""
        self.assertIn(old, GOOD)
        texts = found(GOOD.replace(old, new))
        self.assertTrue(any(expected in text for text in texts), texts)

    def test_good(self):
        self.assertEqual(found(GOOD), [])

    def test_concurrent_scans_may_swap(self):
        swapped = GOOD.replace("1 0 P 100 200 200 genuine 1 A A",
                               "1 0 P 100 450 200 genuine 1 A A")
        self.assertEqual(found(swapped), [])

    def test_two_firsts(self):
        self.broken("2 0 P 300 400 200 genuine_seen 2 B A",
                    "2 0 P 300 400 200 genuine 1 B B", "both number 1")

    def test_first_by_word_only(self):
        self.broken("genuine_seen 2 B A", "genuine 2 B A", "called a first scan")

    def test_later_by_word_only(self):
        self.broken("100 200 200 genuine 1", "100 200 200 genuine_seen 1", "called a later scan")

    def test_acknowledged_first_lost(self):
        # After the kill the item looks new: the last scan is told it was the first.
        self.broken("9 0 F 900 950 200 genuine_seen 6 F A",
                    "9 0 F 900 950 200 genuine 1 F F", "both number 1")

    def test_acknowledged_scan_lost(self):
        self.broken("9 0 F 900 950 200 genuine_seen 6 F A",
                    "9 0 F 900 950 200 genuine_seen 5 F A", "after scan 6 had been told 5")

    def test_retry_counted_anew(self):
        self.broken("1 0 P 520 530 200 genuine 1 A A",
                    "1 0 P 520 530 200 genuine_seen 4 G A", "was number 1, then 4")

    def test_retry_of_a_lost_answer_counted_twice(self):
        self.broken("9 0 F 900 950 200 genuine_seen 6 F A",
                    "9 0 F 900 950 200 genuine_seen 7 F A", "missing [6]")

    def test_retry_at_another_time(self):
        self.broken("1 0 P 520 530 200 genuine 1 A A",
                    "1 0 P 520 530 200 genuine 1 G A", "was at A, then at G")

    def test_number_goes_back(self):
        text = GOOD.replace("pin_wrong 5", "pin_wrong 4").replace("suspect 4", "suspect 5")
        self.assertTrue(any("after scan 5 had been told 5" in line for line in found(text)))

    def test_pin_posted_again_is_a_scan_of_its_own(self):
        self.assertEqual(found(GOOD + "3 0 R 960 970 200 confirmed 3 Z A\n"), [])

    def test_confirmation_taken_back(self):
        texts = found(GOOD + "3 0 R 960 970 200 suspect 3 Z A\n")
        self.assertTrue(any("was confirmed, then suspect" in text for text in texts), texts)

    def test_other_first_scan_told(self):
        self.broken("6 0 W 560 570 200 pin_wrong 5 E A",
                    "6 0 W 560 570 200 pin_wrong 5 E Z", "different first scans")

    def test_two_confirmations(self):
        self.broken("200 suspect 4", "200 confirmed 4", "all confirmations")

    def test_no_confirmation(self):
        self.broken("200 confirmed 3", "200 suspect 3", "none is confirmed")

    def test_wrong_pin_taken(self):
        self.broken("pin_wrong 5", "confirmed 5", "was answered confirmed")

    def test_right_pin_refused(self):
        self.broken("confirmed 3", "pin_wrong 3", "was answered pin_wrong")

    def test_issued_code_unknown(self):
        self.broken("genuine_seen 2 B A", "not_issued 2 B A", "was answered not_issued")

    def test_never_answered(self):
        self.broken("2 0 P 300 400 200 genuine_seen 2 B A\n", "", "never answered")

    def test_no_last_round(self):
        self.broken("9 0 F 900 950 200 genuine_seen 6 F A\n", "", "last round")

    def test_not_a_history(self):
        for text in ("1 0 P 1 2 200 genuine 1 A", "1 0 X 1 2 200 genuine 1 A A",
                     "1 0 P 1 2 200 genuine 1 A A\n1 1 P 1 2 200 genuine 1 A A",
                     "1 0 P 1 2 200 genuine 1 A A\n1 0 W 1 2 200 pin_wrong 1 A A"):
            with self.assertRaises(ValueError):
                history_check.read(text.splitlines())


if __name__ == "__main__":
    unittest.main()
