#!/usr/bin/env python3
"""Counts the tests of Swift Testing event streams, one of each run: `N passed, N failed, N skipped`.

A test function counts once, however many arguments it has. One that began and did not end (a
crash) failed; so did a run without a test. Exit code 1 where anything failed.
"""

import json
import sys


def records(path):
    with open(path, encoding="utf-8", errors="replace") as stream:
        for line in stream:
            try:
                yield json.loads(line)
            except json.JSONDecodeError:
                return  # a crash cuts the last line short


def count(path):
    functions, started, ended, failed, skipped = set(), set(), set(), set(), set()
    for record in records(path):
        payload = record["payload"]
        if record["kind"] == "test":
            if payload["kind"] == "function":
                functions.add(payload["id"])
            continue
        test, kind = payload.get("testID"), payload["kind"]
        if kind == "testStarted":
            started.add(test)
        elif kind == "testEnded":
            ended.add(test)
        elif kind in ("testSkipped", "testCancelled"):
            skipped.add(test)
        elif kind == "issueRecorded" and payload["issue"].get("isFailure", True):
            failed.add(test)
    failed |= started - ended
    skipped = (skipped & functions) - failed
    passed = (ended & functions) - failed - skipped
    return len(passed), len(failed), len(skipped)


def main():
    passed = failed = skipped = 0
    for path in sys.argv[1:]:
        try:
            counts = count(path)
        except FileNotFoundError:
            print(f"{path}: no event stream: the tests did not run")
            counts = 0, 1, 0
        if counts[0] + counts[1] == 0:
            print(f"{path}: no test ran")
            counts = 0, 1, counts[2]
        passed, failed, skipped = (
            sum(pair) for pair in zip((passed, failed, skipped), counts)
        )
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
