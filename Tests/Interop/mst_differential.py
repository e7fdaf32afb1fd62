#!/usr/bin/env python3
# mst_differential.py: our trees against atmst (Python, written from the specification).
#
#   python3 -m venv .venv && .venv/bin/pip install atmst
#   .venv/bin/python Tests/Interop/mst_differential.py .build/release/interop [COUNT [SEED]]
#
# For each random change of a tree: the root before and after, put together by atmst from the entries
# in random order and by undoing the change; and the nodes that are new and gone, from whole sets.
import json
import os
import random
import subprocess
import sys

from atmst.blockstore import MemoryBlockStore
from atmst.mst.diff import very_slow_mst_diff
from atmst.mst.node_store import NodeStore
from atmst.mst.node_wrangler import NodeWrangler
from cbrrr import CID


def built(wrangler, root, entries, rng):
    keys = list(entries)
    rng.shuffle(keys)
    for key in keys:
        root = wrangler.put_record(root, key, CID.decode(entries[key]))
    return root


def changed(wrangler, root, old, new, rng):
    keys = [key for key in {**old, **new} if old.get(key) != new.get(key)]
    rng.shuffle(keys)
    for key in keys:
        if key in new:
            root = wrangler.put_record(root, key, CID.decode(new[key]))
        else:
            root = wrangler.del_record(root, key)
    return root


def faults(line, rng):
    nodes = NodeStore(MemoryBlockStore())
    wrangler, empty = NodeWrangler(nodes), nodes.get_node(None).cid
    before, after = line["before"], line["after"]
    old, new = built(wrangler, empty, before, rng), built(wrangler, empty, after, rng)
    created, deleted = very_slow_mst_diff(nodes, old, new)
    results = {
        "root before": (text(old), line["roots"][0]),
        "root after": (text(new), line["roots"][1]),
        "root after changing": (text(changed(wrangler, old, before, after, rng)), line["roots"][1]),
        "root before, undone": (text(changed(wrangler, new, after, before, rng)), line["roots"][0]),
        "new nodes": (sorted(map(text, created)), sorted(line["new"])),
        "gone nodes": (sorted(map(text, deleted)), sorted(line["gone"])),
    }
    return results.items()


def text(cid):
    return cid.encode("base32")


def main():
    tool = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else int.from_bytes(os.urandom(4), "big")
    print(f"seed of mst_differential: {seed}, count {count}")
    rng, passed, failed = random.Random(seed), 0, 0
    done = subprocess.run(
        [tool, "mst-scripts", str(seed), str(count)], capture_output=True, text=True
    )
    if done.returncode:
        sys.exit(f"mst-scripts: {done.stderr}")
    for number, row in enumerate(done.stdout.splitlines()):
        for what, (theirs, ours) in faults(json.loads(row), rng):
            if theirs == ours:
                passed += 1
                continue
            failed += 1
            if failed <= 20:
                print(f"FAILED script {number}, {what}: theirs {theirs}, ours {ours}"[:400])
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or passed < count else 0


if __name__ == "__main__":
    sys.exit(main())
