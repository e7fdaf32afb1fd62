"""CARs out of a store and into one: read by others, shuffled, damaged, and large.

libipld and atmst must find in an export the root and the records that were written. What a CAR may
be (any order, duplicates, blocks of no use) is accepted exactly: exported again, the bytes are the
same. What it may not be is refused, by name, and leaves nothing behind. A CAR of 200 MB in random
order is imported with at most 64 MB more memory than a small one.
"""

import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import libipld
from atmst.blockstore.car_file import ReadOnlyCARBlockStore
from atmst.mst.node_store import NodeStore
from atmst.mst.node_walker import NodeWalker
from cbrrr import decode_dag_cbor

PLAITED = str(Path(sys.argv[1]).with_name("plaited"))
SCALE = min(1.0, float(os.environ.get("PLAITED_TEST_SCALE", "1")))
SEED = int(os.environ.get("PLAITED_TEST_SEED", random.randrange(2**32)))
MEGABYTE = 1 << 20
checks = []


def check(name, holds, said=""):
    checks.append(bool(holds))
    if not holds:
        print(f"wrong: {name}: {said}"[:600])


def run(*arguments):
    done = subprocess.run([PLAITED, *arguments, "--json"], capture_output=True, text=True, timeout=900)
    return done.returncode, json.loads(done.stdout)


def must(*arguments):
    code, answer = run(*arguments)
    if code != 0:
        raise SystemExit(f"{arguments}: exit code {code}: {answer}")
    return answer["result"]


def sections(car):
    """The header and each section of a CAR, as they stand."""
    parts, offset = [], 0
    while offset < len(car):
        start, length, shift = offset, 0, 0
        while True:
            byte = car[offset]
            offset += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        offset += length
        parts.append(car[start:offset])
    return parts[0], parts[1:]


def make(folder, count, text):
    """A store with records, and its export."""
    store = f"{folder}/from"
    must("init", "--store", store)
    with open(f"{folder}/lines", "w") as file:
        for index in range(count):
            record = {"text": text(index), "number": index}
            line = {"action": "create", "collection": "app.example.note", "rkey": f"n{index:06}",
                    "record": record}
            file.write(json.dumps(line) + "\n")
    must("repo", "apply", f"{folder}/lines", "--store", store)
    subprocess.run(
        [PLAITED, "repo", "export", f"{folder}/repo.car", "--store", store], check=True,
        capture_output=True,
    )
    identity = must("identity", "show", "--store", store)
    return must("repo", "describe", "--store", store), signing_key(identity)


def signing_key(identity):
    text = json.dumps(identity)
    named = identity.get("signingKey") if isinstance(identity, dict) else None
    return named or text[text.index("did:key:"):].split('"')[0]


def others_agree(folder, described, count):
    car = Path(f"{folder}/repo.car").read_bytes()
    header, blocks = libipld.decode_car(car)
    check("libipld: one root, the commit", len(header["roots"]) == 1)
    commit = blocks[header["roots"][0]]
    check("libipld: the commit's DID", commit["did"] == described["did"], commit)
    check("libipld: the commit's rev", commit["rev"] == described["rev"], commit)
    with open(f"{folder}/repo.car", "rb") as file:
        store = ReadOnlyCARBlockStore(file)
        root = decode_dag_cbor(store.get_block(bytes(store.car_root)))["data"]
        check("atmst: root", root.encode() == described["data"], root)
        found = list(NodeWalker(NodeStore(store), root).iter_kv())
        check("atmst: count", len(found) == count, len(found))
        numbers = [decode_dag_cbor(store.get_block(bytes(cid)))["number"] for _, cid in found]
        check("atmst: records", numbers == list(range(count)))


def accepts(folder, rng, described, key):
    original = Path(f"{folder}/repo.car").read_bytes()
    header, blocks = sections(original)
    shuffled = rng.sample(blocks, len(blocks))
    extra = b"\xa1aa\x18" + bytes([rng.randrange(24, 256)])
    cid = b"\x01\x71\x12\x20" + hashlib.sha256(extra).digest()
    stranger = bytes([len(cid) + len(extra)]) + cid + extra
    variants = {
        "as exported": header + b"".join(blocks),
        "in random order": header + b"".join(shuffled),
        "with duplicates": header + b"".join(blocks + shuffled[:20]),
        "with a block of no use": header + b"".join([stranger] + blocks),
    }
    for number, (name, car) in enumerate(variants.items()):
        Path(f"{folder}/v.car").write_bytes(car)
        store = f"{folder}/to{number}"
        must("init", "--store", store)
        must("repo", "import", f"{folder}/v.car", "--store", store, "--signer", key)
        subprocess.run(
            [PLAITED, "repo", "export", f"{folder}/again.car", "--repo", described["did"],
             "--store", store], check=True, capture_output=True,
        )
        check(f"accepted {name}", Path(f"{folder}/again.car").read_bytes() == original)


def refuses(folder, rng, key):
    original = Path(f"{folder}/repo.car").read_bytes()
    header, blocks = sections(original)
    middle = len(blocks) // 2
    flipped = bytearray(original)
    flipped[len(original) // 2] ^= 1
    damaged = {
        "truncated": original[: len(original) // 2],
        "one bit": bytes(flipped),
        "without its commit": header + b"".join(blocks[1:]),
        "without a block": header + b"".join(blocks[:middle] + blocks[middle + 1:]),
        "header alone": header,
        "empty": b"",
        "no CAR": b"hello, this is no CAR at all",
        "a length of 2^63": header + b"\xff" * 9,
    }
    store = f"{folder}/refusing"
    must("init", "--store", store)
    before = sorted(os.listdir(f"{store}/packs"))
    for name, car in damaged.items():
        Path(f"{folder}/v.car").write_bytes(car)
        code, answer = run("repo", "import", f"{folder}/v.car", "--store", store, "--signer", key)
        check(f"refused {name}", code != 0 and answer["error"]["message"], answer)
        check(f"nothing left of {name}", sorted(os.listdir(f"{store}/packs")) == before)
    other = must("identity", "show", "--store", store)
    code, answer = run(
        "repo", "import", f"{folder}/repo.car", "--store", store, "--signer", signing_key(other))
    check("refused by another's key", code != 0, answer)
    check("still whole", must("repo", "verify", "--store", store)["ok"])


def peak(folder, car, key, name):
    """The most anonymous memory that importing `car` took, in bytes.

    Sampled, because what the kernel counts for a child begins with its parent's, and mapped pages
    of files are not memory that anybody misses.
    """
    store = f"{folder}/{name}"
    must("init", "--store", store)
    process = subprocess.Popen(
        [PLAITED, "repo", "import", car, "--store", store, "--signer", key, "--json"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    most = 0
    while process.poll() is None:
        try:
            status = Path(f"/proc/{process.pid}/status").read_text()
        except OSError:
            break
        for line in status.splitlines():
            if line.startswith("RssAnon:"):
                most = max(most, int(line.split()[1]) * 1024)
        time.sleep(0.01)
    check(f"{name} is imported", process.wait() == 0)
    return most


def large(folder, rng):
    os.mkdir(f"{folder}/small")
    _, key = make(f"{folder}/small", 10, lambda index: f"note {index}")
    base = peak(folder, f"{folder}/small/repo.car", key, "little")
    os.mkdir(f"{folder}/large")
    count = int(200_000 * SCALE)
    text = "".join(rng.choice("abcdefgh") for _ in range(700))
    described, key = make(f"{folder}/large", count, lambda index: f"{index} {text}")
    header, blocks = sections(Path(f"{folder}/large/repo.car").read_bytes())
    rng.shuffle(blocks)
    car = f"{folder}/shuffled.car"
    Path(car).write_bytes(header + b"".join(blocks))
    size = os.path.getsize(car)
    most = peak(folder, car, key, "much")
    print(f"{size / MEGABYTE:.0f} MB in random order: {most / MEGABYTE:.0f} MB at most, "
          f"{base / MEGABYTE:.0f} MB for a small one")
    check("memory", most <= base + 64 * MEGABYTE, most)


def main():
    print(f"seed of CARs: PLAITED_TEST_SEED={SEED}")
    rng = random.Random(SEED)
    with tempfile.TemporaryDirectory(prefix="plaited-cars-") as folder:
        count = 2_000
        described, key = make(folder, count, lambda index: f"note {index % 100}")
        others_agree(folder, described, count)
        accepts(folder, rng, described, key)
        refuses(folder, rng, key)
        large(folder, rng)
    failed = checks.count(False)
    print(f"{len(checks) - failed} passed, {failed} failed, 0 skipped")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
