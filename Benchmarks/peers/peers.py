#!/usr/bin/env python3
# peers.py: what other people's implementations take for the same work, beside ours.
#
#   python3 Benchmarks/peers/peers.py [--count 1000|10000] [--rounds N] [--into FILE.md]
#
# Makes a venv beside itself, installs requirements.txt from PyPI, runs every peer on the common
# input (the trees must have the listed root) and then our own Report. CPU time, the median of the
# rounds. Peers in Python are to show what a Python server pays, not how fast the format could be.
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


def seconds(work, count, rounds):
    """CPU seconds for one of `count` operations: the median of `rounds` passes."""
    times = []
    for _ in range(rounds):
        started = time.process_time()
        work()
        times.append((time.process_time() - started) / count)
    return statistics.median(times)


def each(function, items):
    def work():
        for item in items:
            function(item)

    return work


def trees(count, rounds):
    """Peers that build a tree: (our workload, peer, what it does, seconds a record)."""
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
    grow, build = f"grow/one-by-one/{count // 1_000}k-records", f"build/unsorted/{count // 1_000}k-records"
    return [
        (grow, "atmst", "`put_record`", seconds(atmst, count, rounds)),
        (grow, "arroba", "`add`, `get_pointer`", seconds(lambda: arroba(True), count, rounds)),
        (build, "arroba", "`add` all, `get_pointer` once", seconds(lambda: arroba(False), count, rounds)),
    ]


def codecs(rounds):
    """Peers that decode: as `trees`."""
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

    decoders = [
        ("libipld", "`decode_dag_cbor`, Rust", libipld.decode_dag_cbor),
        ("cbrrr", "`decode_dag_cbor`, C", cbrrr.decode_dag_cbor),
        ("dag-cbor", "`decode`", dag_cbor.decode),
    ]
    rows = [
        ("decode/record/256-bytes", peer, what, seconds(each(decode, records), DECODE_COUNT, rounds))
        for peer, what, decode in decoders
    ]
    node_decoders = [
        ("atmst", "`MSTNode.deserialise`", MSTNode.deserialise),
        ("arroba", "`deserialize_node_data`", arroba_node),
        ("libipld", "`decode_dag_cbor`: values, no node", libipld.decode_dag_cbor),
    ]
    return rows + [
        ("decode/node/4-entries", peer, what, seconds(each(decode, nodes), DECODE_COUNT, rounds))
        for peer, what, decode in node_decoders
    ]


def ours(count, rounds):
    """Seconds for one operation of each of our workloads, and the machine."""
    command = ["swift", "run", "-c", "release", "Report", "--json", "--records", str(count)]
    command += ["--rounds", str(rounds)]
    for prefix in ["grow/", "build/unsorted/", "decode/"]:
        command += ["--only", prefix]
    output = subprocess.run(command, cwd=HERE.parent, check=True, stdout=subprocess.PIPE, text=True).stdout
    report = json.loads(output)
    times = {name: statistics.median(rounds) / 1e9 for name, rounds in report["nanoseconds"].items()}
    return times, report["machine"]


def rate(per_second):
    for unit, size in [("M/s", 1e6), ("k/s", 1e3)]:
        if per_second >= size:
            return f"{per_second / size:.3g} {unit}"
    return f"{per_second:.3g} /s"


def ratio(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.2g}"


def table(rows, times, machine):
    versions = ", ".join((HERE / "requirements.txt").read_text().split("\n", 1)[1].split())
    lines = [f"- {line}" for line in machine]
    lines += [f"- Python {sys.version.split()[0]}; {versions.replace('==', ' ')}", ""]
    cells = [["workload", "ours", "peer", "theirs", "ours / theirs"]]
    for name, peer, what, taken in rows:
        cells.append(
            [f"`{name}`", rate(1 / times[name]), f"{peer}: {what}", rate(1 / taken), ratio(taken / times[name])])
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    cells.insert(1, ["-" * width for width in widths])
    for row in cells:
        lines.append("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |")
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
    parser.add_argument("--count", type=int, choices=[1_000, 10_000], default=10_000, help="records of a tree")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--into", help="the document between whose marks the table goes")
    options = parser.parse_args()
    if pathlib.Path(sys.prefix) != VENV:
        install()
    times, machine = ours(options.count, options.rounds)
    result = table(trees(options.count, options.rounds) + codecs(options.rounds), times, machine)
    print(result)
    if options.into:
        replace(options.into, result)


main()
