#!/usr/bin/env python3
# peers.py: what other people's implementations take for the same work, beside ours.
#
#   python3 Benchmarks/peers/peers.py [--count 1000|10000] [--rounds N] [--into FILE.md]
#
# Makes a venv beside itself, installs requirements.txt from PyPI and runs, round by round, our own
# Report and then every peer on the common input; trees must have the listed root. CPU time; a ratio
# is taken within a round, since a machine drifts, and the median of the rounds is shown. Peers in
# Python are to show what a Python server pays, not how fast the format could be.
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
VENV = HERE / ".venv"
START = "<!-- peers: written by peers.py, do not edit -->"
END = "<!-- end of peers -->"
DECODE_COUNT = 10_000


def install():
    """Runs this script again in the venv, which is made where it is missing."""
    wanted = (HERE / "requirements.txt").read_text()
    stamp = VENV / "requirements.txt"
    if not stamp.exists() or stamp.read_text() != wanted:
        subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True)
        pip = [VENV / "bin/pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "-r", HERE / "requirements.txt"], check=True)
        stamp.write_text(wanted)
    python = VENV / "bin/python"
    os.execv(python, [str(python), __file__, *sys.argv[1:]])


class Peer:
    """One function of a peer, and the workload of ours that it is compared with."""

    def __init__(self, workload, name, what, work, count):
        self.workload, self.name, self.what = workload, name, what
        self.work, self.count = work, count

    def seconds(self):
        """CPU seconds for one operation, in one pass."""
        started = time.process_time()
        self.work()
        return (time.process_time() - started) / self.count


def each(function, items):
    def work():
        for item in items:
            function(item)

    return work


def trees(count):
    """Peers that build a tree."""
    import common_input
    from arroba.mst import MST
    from arroba.storage import MemoryStorage
    from atmst.blockstore import MemoryBlockStore
    from atmst.mst.node_store import NodeStore
    from atmst.mst.node_wrangler import NodeWrangler
    from cbrrr import CID
    from multiformats import CID as MultiformatsCID

    inputs = [(common_input.key(index), common_input.record_cid(index)) for index in range(count)]
    wanted = common_input.ROOTS[count]

    def expect(root):
        if root != wanted:
            sys.exit(f"peers: root {root}, expected {wanted}")

    def atmst():
        nodes = NodeStore(MemoryBlockStore())
        wrangler, root = NodeWrangler(nodes), nodes.get_node(None).cid
        for name, cid in ours_as_cbrrr:
            root = wrangler.put_record(root, name, cid)
        expect(root.encode("base32"))

    def arroba(points_each_time):
        tree = MST.create(storage=MemoryStorage())
        for name, cid in ours_as_multiformats:
            tree = tree.add(name, cid)
            if points_each_time:
                tree.get_pointer()
        expect(tree.get_pointer().encode("base32"))

    ours_as_cbrrr = [(name, CID(cid)) for name, cid in inputs]
    ours_as_multiformats = [(name, MultiformatsCID.decode(cid)) for name, cid in inputs]
    size = f"{count // 1_000}k-records"
    grow, build = f"grow/one-by-one/{size}", f"build/unsorted/{size}"
    return [
        Peer(grow, "atmst", "`put_record`", atmst, count),
        Peer(grow, "arroba", "`add`, `get_pointer`", lambda: arroba(True), count),
        Peer(build, "arroba", "`add` all, `get_pointer` once", lambda: arroba(False), count),
    ]


def codecs():
    """Peers that decode."""
    import cbrrr
    import common_input
    import dag_cbor
    import libipld
    from arroba.mst import Data, deserialize_node_data
    from arroba.storage import MemoryStorage
    from atmst.mst.node import MSTNode

    records = [common_input.record(index, 256) for index in range(DECODE_COUNT)]
    nodes = common_input.nodes_of_four(DECODE_COUNT)
    storage = MemoryStorage()
    for block in nodes[:100]:
        # Uncached, this is the peer's own encoding: it must be the bytes that it is asked to read.
        if MSTNode.deserialise(block).serialised != block:
            sys.exit("peers: a node of four is not encoded as atmst encodes it")

    def arroba_node(block):
        deserialize_node_data(storage=storage, data=Data(**libipld.decode_dag_cbor(block)), layer=0)

    readers = [
        ("libipld", "`decode_dag_cbor`, Rust", libipld.decode_dag_cbor),
        ("cbrrr", "`decode_dag_cbor`, C", cbrrr.decode_dag_cbor),
        ("dag-cbor", "`decode`", dag_cbor.decode),
    ]
    node_readers = [
        ("atmst", "`MSTNode.deserialise`", MSTNode.deserialise),
        ("arroba", "`deserialize_node_data`", arroba_node),
        ("libipld", "`decode_dag_cbor`: values, no node", libipld.decode_dag_cbor),
    ]
    return [
        Peer("decode/record/256-bytes", name, what, each(read, records), DECODE_COUNT)
        for name, what, read in readers
    ] + [
        Peer("decode/node/4-entries", name, what, each(read, nodes), DECODE_COUNT)
        for name, what, read in node_readers
    ]


def ours(count):
    """Seconds for one operation of each of our workloads, and the machine."""
    command = ["swift", "run", "-c", "release", "Report", "--json", "--rounds", "3"]
    command += ["--records", str(count)]
    for prefix in ["grow/", "build/unsorted/", "decode/"]:
        command += ["--only", prefix]
    run = subprocess.run(command, cwd=HERE.parent, check=True, stdout=subprocess.PIPE, text=True)
    report = json.loads(run.stdout)
    times = {name: statistics.median(all) / 1e9 for name, all in report["nanoseconds"].items()}
    return times, report["machine"]


def measured(peers, count, rounds):
    """For each peer the seconds that we and it took, one pair a round; and the machine."""
    pairs, machine = [[] for _ in peers], []
    for _ in range(rounds):
        times, machine = ours(count)
        for peer, found in zip(peers, pairs):
            found.append((times[peer.workload], peer.seconds()))
    return pairs, machine


def rate(per_second):
    for unit, size in [("M/s", 1e6), ("k/s", 1e3)]:
        if per_second >= size:
            return f"{per_second / size:.3g} {unit}"
    return f"{per_second:.3g} /s"


def ratio(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.2g}"


def table(peers, pairs, machine):
    versions = ", ".join((HERE / "requirements.txt").read_text().split("\n", 1)[1].split())
    lines = [f"- {line}" for line in machine]
    lines += [f"- Python {sys.version.split()[0]}; {versions.replace('==', ' ')}", ""]
    cells = [["workload", "ours", "peer", "theirs", "ours / theirs"]]
    for peer, found in zip(peers, pairs):
        mine, theirs = (statistics.median(times) for times in zip(*found))
        times_faster = statistics.median(theirs / mine for mine, theirs in found)
        name = f"{peer.name}: {peer.what}"
        cells.append(
            [f"`{peer.workload}`", rate(1 / mine), name, rate(1 / theirs), ratio(times_faster)])
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    cells.insert(1, ["-" * width for width in widths])
    for row in cells:
        padded = [cell.ljust(width) for cell, width in zip(row, widths)]
        lines.append("| " + " | ".join(padded) + " |")
    return "\n".join(lines)


def replace(path, text):
    document = pathlib.Path(path).read_text()
    front, start, rest = document.partition(START)
    _, end, back = rest.partition(END)
    if not start or not end:
        sys.exit(f"peers: {path} has no lines {START} and {END}")
    pathlib.Path(path).write_text(f"{front}{START}\n\n{text}\n\n{END}{back}")


def main():
    parser = argparse.ArgumentParser(description="measures other implementations beside ours")
    parser.add_argument("--count", type=int, choices=[1_000, 10_000], default=10_000,
                        help="records of a tree; 10000 unless given")
    parser.add_argument("--rounds", type=int, default=5, help="5 unless given")
    parser.add_argument("--into", help="the document between whose marks the table goes")
    options = parser.parse_args()
    if pathlib.Path(sys.prefix) != VENV:
        install()
    peers = trees(options.count) + codecs()
    result = table(peers, *measured(peers, options.count, max(1, options.rounds)))
    print(result)
    if options.into:
        replace(options.into, result)


main()
