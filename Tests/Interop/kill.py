"""Kills `plaited repo apply --single` at random moments and looks at what is left.

Every commit that was acknowledged, as a line on stdout, must be there after reopening, with the same
rev and CID; nothing else may be there but what was in flight; `repo verify` and `store check` must be
clean. A hundred rounds on one store, so that recovery is itself recovered from.
Not here: power cuts, for which nothing of a process matters (RepoStoreTests).
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PLAITED = str(Path(sys.argv[1]).with_name("plaited"))
ROUNDS = max(3, int(100 * float(os.environ.get("PLAITED_TEST_SCALE", "1"))))
SEED = int(os.environ.get("PLAITED_TEST_SEED", random.randrange(2**32)))
COLLECTION = "app.example.note"


def run(store, *arguments):
    """A command's JSON answer."""
    done = subprocess.run(
        [PLAITED, *arguments, "--store", store, "--json"], capture_output=True, text=True, timeout=120
    )
    if done.returncode != 0:
        raise SystemExit(f"{arguments}: exit code {done.returncode}: {done.stdout}{done.stderr}")
    return json.loads(done.stdout)["result"]


def lines(first, count):
    """Creations, each of another record."""
    for index in range(first, first + count):
        record = {"text": f"note {index}", "createdAt": "2026-11-21T10:00:00.000Z"}
        yield json.dumps(
            {"action": "create", "collection": COLLECTION, "rkey": f"n{index:07}", "record": record}
        )


def main():
    print(f"seed of kills: PLAITED_TEST_SEED={SEED}")
    rng = random.Random(SEED)
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="plaited-kill-") as folder:
        store = f"{folder}/data"
        run(store, "init")
        acknowledged = {}
        first = 0
        for number in range(ROUNDS):
            before = dict(acknowledged)
            acknowledged |= kill_once(store, first, rng)
            problem = problem_with(store, acknowledged, first + 400)
            if problem:
                failed += 1
                print(f"round {number}, after {len(before)} commits: {problem}")
            else:
                passed += 1
            first += 400
        print(f"{len(acknowledged)} acknowledged commits in {ROUNDS} rounds")
    print(f"{passed} passed, {failed} failed, 0 skipped")
    sys.exit(1 if failed else 0)


def kill_once(store, first, rng):
    process = subprocess.Popen(
        [PLAITED, "repo", "apply", "-", "--single", "--ndjson", "--store", store],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )
    try:
        process.stdin.write("\n".join(lines(first, 400)) + "\n")
        process.stdin.flush()
    except BrokenPipeError:
        pass
    read = []
    if rng.random() < 0.2:
        time.sleep(rng.random() * 0.05)  # also while it opens
    else:
        for _ in range(rng.randrange(1, 60)):
            line = process.stdout.readline()
            if not line:
                break
            read.append(line)
    process.send_signal(signal.SIGKILL)
    read += process.stdout.read().splitlines(keepends=True)
    process.stdin.close() if not process.stdin.closed else None
    process.wait(timeout=60)
    # A line that was cut short was not an acknowledgement.
    commits = [json.loads(line) for line in read if line.endswith("\n")]
    return {commit["rev"]: (commit["commit"], first + commit["line"] - 1) for commit in commits}


def problem_with(store, acknowledged, end):
    """What is wrong with the store; None: nothing."""
    verified = run(store, "repo", "verify")
    if not verified["ok"]:
        return f"repo verify: {verified['problems']}"
    run(store, "store", "check")
    log = subprocess.run(
        [PLAITED, "repo", "log", "--ndjson", "--store", store],
        capture_output=True, text=True, check=True, timeout=120,
    )
    commits = {}
    for line in log.stdout.splitlines():
        commit = json.loads(line)
        commits[commit["rev"]] = commit["commit"]
    for rev, (cid, _) in acknowledged.items():
        if commits.get(rev) != cid:
            return f"commit {rev} was acknowledged as {cid}, the log says {commits.get(rev)}"
    listed = subprocess.run(
        [PLAITED, "repo", "get", COLLECTION, "--fields", "text", "--ndjson", "--store", store],
        capture_output=True, text=True, check=True, timeout=120,
    )
    keys = {json.loads(line)["uri"].rsplit("/", 1)[1] for line in listed.stdout.splitlines()}
    missing = [n for _, n in acknowledged.values() if f"n{n:07}" not in keys]
    if missing:
        return f"records of acknowledged commits are missing: {missing[:5]}"
    if any(int(key[1:]) >= end for key in keys):
        return "there is a record that nobody wrote yet"
    if len(keys) + 1 != len(commits):
        return f"{len(keys)} records, {len(commits)} commits with the first, empty one"
    return None


if __name__ == "__main__":
    main()
