"""Writes the common input into a store with `plaited repo apply`, and compares the root with that of
a bulk build, which is another code path.

The store is then opened after a clean close and after a kill, and must answer. Times are printed,
not judged.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PLAITED = str(Path(sys.argv[1]).with_name("plaited"))
INTEROP = sys.argv[1]
COUNT = max(1_000, int(1_000_000 * min(1.0, float(os.environ.get("PLAITED_TEST_SCALE", "1")))))


def write_lines(path):
    """Returns the root that the tree must have, and a record in the middle."""
    with open(path, "w") as file:
        done = subprocess.run(
            [INTEROP, "common-input", str(COUNT)], stdout=file, stderr=subprocess.PIPE, text=True,
            check=True, timeout=600,
        )
    with open(path) as file:
        for index, line in enumerate(file):
            if index == COUNT // 2:
                return done.stderr.strip(), json.loads(line)


def result(*arguments):
    began = time.monotonic()
    done = subprocess.run([PLAITED, *arguments, "--json"], capture_output=True, text=True, timeout=900)
    if done.returncode != 0:
        raise SystemExit(f"{arguments}: exit code {done.returncode}: {done.stdout}{done.stderr}")
    return json.loads(done.stdout)["result"], time.monotonic() - began


def main():
    checks = []
    with tempfile.TemporaryDirectory(prefix="plaited-million-") as folder:
        store = f"{folder}/data"
        result("init", "--store", store)
        root, middle = write_lines(f"{folder}/lines")
        name = (middle["collection"], middle["rkey"])
        _, seconds = result("repo", "apply", f"{folder}/lines", "--store", store)
        print(f"{COUNT} records applied in {seconds:.1f} s, {COUNT / seconds:.0f} a second")
        found, seconds = result("repo", "describe", "--store", store)
        print(f"described after a clean close in {seconds:.2f} s")
        checks.append(("root", found["data"] == root))
        checks.append(("count", found["recordCount"] == COUNT))
        text = middle["record"]["text"]
        checks.append(("get", get(store, *name)["text"] == text))
        kill_while_writing(store)
        began = time.monotonic()
        checks.append(("get after a kill", get(store, *name)["text"] == text))
        print(f"opened and answered after a kill in {time.monotonic() - began:.2f} s")
    failed = [name for name, holds in checks if not holds]
    print(f"wrong: {failed}" if failed else "all as listed")
    print(f"{len(checks) - len(failed)} passed, {len(failed)} failed, 0 skipped")
    sys.exit(1 if failed else 0)


def get(store, collection, rkey):
    answer, seconds = result("repo", "get", collection, rkey, "--store", store)
    print(f"one record in {seconds:.3f} s")
    return answer.get("value", answer)


def kill_while_writing(store):
    """One more commit, acknowledged, and no close."""
    process = subprocess.Popen(
        [PLAITED, "repo", "apply", "-", "--single", "--ndjson", "--store", store],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )
    process.stdin.write('{"action":"create","collection":"app.example.note","record":{"text":"x"}}\n')
    process.stdin.flush()
    process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=60)


if __name__ == "__main__":
    main()
