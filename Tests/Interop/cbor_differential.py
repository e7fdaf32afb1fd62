#!/usr/bin/env python3
# cbor_differential.py: our DAG-CBOR against libipld (Rust) and dag-cbor (Python).
#
#   python3 -m venv .venv && .venv/bin/pip install libipld dag-cbor
#   .venv/bin/python Tests/Interop/cbor_differential.py .build/release/interop [COUNT [SEED]]
#
# 1. What they generate we accept, and encode to the same bytes.
# 2. What we generate they accept, and encode to the same bytes.
# 3. Of mutated bytes, what we accept they accept, and encode to the same bytes (never the reverse:
#    both are laxer than the data model). libipld checks no key order and so proves no rule of ours.
# Not compared: links that are not in the blessed form; and with libipld, which has one type for links
# and byte strings, values with a byte string that it takes for a link when it encodes.
import os
import random
import subprocess
import sys

import dag_cbor
import libipld
from multiformats import CID, multihash

EDGES = [0, 23, 24, 255, 256, 65535, 65536, 2**32 - 1, 2**32, 2**63 - 1]
RANGES = [(0, 0x7F), (0x80, 0x7FF), (0x800, 0xD7FF), (0xE000, 0xFFFF), (0x10000, 0x10FFFF)]


class Tally:
    passed = 0
    failed = 0
    skipped = 0

    def check(self, ok, what, data):
        if ok is None:
            self.skipped += 1
            return
        if ok:
            self.passed += 1
            return
        self.failed += 1
        if self.failed <= 20:
            print(f"FAILED {what}: {data.hex()[:400]}")


def text(rng, count):
    ranges = RANGES[:1] if rng.random() < 0.6 else RANGES
    return "".join(chr(rng.randint(*rng.choice(ranges))) for _ in range(count))


def value(rng, depth):
    kind = rng.randrange(14 if depth else 10)
    if kind == 0:
        return None
    if kind == 1:
        return rng.random() < 0.5
    if kind in (2, 3):
        number = rng.choice(EDGES) if rng.random() < 0.5 else rng.randint(0, rng.choice(EDGES))
        return number if rng.random() < 0.5 else ~number
    if kind in (4, 5, 6):
        return text(rng, rng.choice([rng.randint(0, 12), rng.randint(20, 28), rng.randint(250, 260)]))
    if kind == 7:
        return rng.randbytes(rng.choice([rng.randint(0, 12), rng.randint(250, 260)]))
    if kind in (8, 9):
        codec = rng.choice(["raw", "dag-cbor"])
        return CID("base32", 1, codec, multihash.digest(rng.randbytes(8), "sha2-256"))
    if kind in (10, 11):
        return [value(rng, depth - 1) for _ in range(rng.randint(0, 5))]
    return {text(rng, rng.randint(0, 6)): value(rng, depth - 1) for _ in range(rng.randint(0, 6))}


def mutated(rng, data):
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        where = rng.randrange(len(data) + 1)
        act = rng.randrange(4)
        if act == 0 and where < len(data):
            data[where] = rng.randrange(256)
        elif act == 1 and where < len(data):
            data[where] ^= 1 << rng.randrange(8)
        elif act == 2:
            data.insert(where, rng.randrange(256))
        elif where < len(data):
            del data[where]
    return bytes(data)


def run(tool, verb, lines=(), *arguments):
    text_in = "".join(line + "\n" for line in lines)
    done = subprocess.run([tool, verb, *arguments], input=text_in, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{verb}: {done.stderr}")
    return done.stdout.splitlines()


def through_libipld(data):
    """libipld reads links as bytes and writes bytes that happen to be a CID as a link, so a byte
    string like one comes back as a link to itself: the same value to it, and to us a byte string."""
    read = libipld.decode_dag_cbor(data)
    written = libipld.encode_dag_cbor(read)
    has_new_link = written.count(b"\xd8\x2a") > data.count(b"\xd8\x2a")
    return data if has_new_link and libipld.decode_dag_cbor(written) == read else written


LIBRARIES = {
    "libipld": through_libipld,
    "dag-cbor": lambda data: dag_cbor.encode(dag_cbor.decode(data)),
}


def agrees(name, data):
    """Whether the library reads `data` and writes the same bytes; None where it cannot tell."""
    try:
        again = LIBRARIES[name](data)
        if name == "libipld" and again != data and has_bytes_like_a_link(dag_cbor.decode(data)):
            return None
        return again == data
    except Exception as error:  # each library has its own kinds
        print(f"{name}: {type(error).__name__}: {str(error)[:200]}")
        return False


def has_bytes_like_a_link(item):
    if isinstance(item, bytes):
        return libipld.encode_dag_cbor(item)[:2] == b"\xd8\x2a"
    if isinstance(item, dict):
        item = item.values()
    return isinstance(item, (list, type({}.values()))) and any(map(has_bytes_like_a_link, item))


def has_foreign_link(data):
    """Every tag 42 in its shortest form that is not followed by a blessed CID; bytes that look like
    one inside a string only cost a comparison."""
    at = data.find(b"\xd8\x2a")
    while at >= 0:
        head, codec, tail = data[at + 2 : at + 6], data[at + 6 : at + 7], data[at + 7 : at + 9]
        if head != b"\x58\x25\x00\x01" or codec not in (b"\x55", b"\x71") or tail != b"\x12\x20":
            return True
        at = data.find(b"\xd8\x2a", at + 1)
    return False


def main():
    tool = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 2000
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else int.from_bytes(os.urandom(4), "big")
    print(f"seed of cbor_differential: {seed}, count {count}")
    rng, tally = random.Random(seed), Tally()

    theirs = [dag_cbor.encode(value(rng, 5)) for _ in range(count)]
    for data, answer in zip(theirs, run(tool, "cbor", [d.hex() for d in theirs]), strict=True):
        tally.check(answer == "ok " + data.hex(), f"generated by dag-cbor, {answer[:40]}", data)

    ours = [bytes.fromhex(line) for line in run(tool, "cbor-generate", (), str(seed), str(count))]
    for data in ours:
        for name in LIBRARIES:
            tally.check(agrees(name, data), f"generated by us, {name}", data)

    sources = [data for data in theirs + ours if len(data) <= 2000]
    mutants = [mutated(rng, rng.choice(sources)) for _ in range(20 * count)]
    answers = run(tool, "cbor", [m.hex() for m in mutants])
    accepted = foreign = 0
    for data, answer in zip(mutants, answers, strict=True):
        if not answer.startswith("ok "):
            continue
        if has_foreign_link(data):
            foreign += 1
            continue
        accepted += 1
        tally.check(answer == "ok " + data.hex(), "mutant, ours", data)
        for name in LIBRARIES:
            tally.check(agrees(name, data), f"mutant, {name}", data)
    print(f"{len(mutants)} mutants, {accepted} accepted by us and compared")
    print(f"not compared: {foreign} with other links, {tally.skipped} with bytes like a link")
    print(f"{tally.passed} passed, {tally.failed} failed")
    return 1 if tally.failed or not accepted else 0


if __name__ == "__main__":
    sys.exit(main())
