# common_input.py: the input atproto-peer-bench/v1, made as Benchmarks/Sources/Input makes it.
#
# Not here: what is done with it (peers.py).
import datetime
import hashlib
import os

TID_ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
NODE_KEY_COUNT = 100_000

# By the first byte of a key's digest: up to which one.
COLLECTIONS = [
    (127, "feed.like"), (178, "feed.post"), (204, "feed.repost"), (250, "graph.follow"),
    (255, "graph.listitem"),
]

# Roots of the trees of the first N records: Tests/MSTTests/CommonVectors.swift.
ROOTS = {
    1_000: "bafyreieb3g2ozk43librwvxidfbam52qo2nsqctqxyw2mdttvkz2pkfe2e",
    10_000: "bafyreihjtwcagfby4264zozjig44gexjv2wl2v3lmc4qrocbyg6hj5vrdu",
}


def digest(tag, index):
    tagged = f"atproto-peer-bench/v1/{tag}".encode() + index.to_bytes(8, "big")
    return hashlib.sha256(tagged).digest()


def collection(index):
    first = digest("key", index)[0]
    for last, name in COLLECTIONS:
        if first <= last:
            return f"app.bsky.{name}"
    raise AssertionError("a byte is at most 255")


def key(index):
    k = digest("key", index)
    micros = 1_700_000_000_000_000 + index * 1_000_003 + int.from_bytes(k[1:5], "big") % 1_000_000
    value = micros << 10 | int.from_bytes(k[5:7], "big") & 0x3FF
    tid = "".join(TID_ALPHABET[value >> 5 * place & 31] for place in reversed(range(13)))
    return f"{collection(index)}/{tid}"


def text(string):
    """A CBOR text of fewer than 256 bytes."""
    data = string.encode()
    head = bytes([0x60 | len(data)]) if len(data) < 24 else bytes([0x78, len(data)])
    return head + data


def record(index, byte_count=None):
    """The DAG-CBOR of a record; its text is repeated or cut where a size is wanted."""
    r = digest("rec", index)
    body = r.hex() + r[: 8 + r[31] % 25].hex()
    created = datetime.datetime(2024, 1, 1 + index // 86_400 % 28) + datetime.timedelta(
        seconds=index % 86_400, milliseconds=index % 1_000)
    rest = text("$type") + text(collection(index)) + text("langs") + b"\x81" + text("en")
    rest += text("createdAt") + text(created.isoformat(timespec="milliseconds") + "Z")
    front = b"\xa4" + text("text")
    if byte_count is not None:
        wanted = byte_count - len(front) - 2 - len(rest)
        body = (body * (1 + wanted // len(body)))[:wanted]
    return front + text(body) + rest


def record_cid(index):
    return bytes([0x01, 0x71, 0x12, 0x20]) + hashlib.sha256(record(index)).digest()


def height(key_text):
    value = int.from_bytes(hashlib.sha256(key_text.encode()).digest(), "big")
    return (256 - value.bit_length()) // 2


def node(entries):
    """The block of a leaf node with fewer than 24 entries: (key, binary CID) in order."""
    block = b"\xa2\x61e" + bytes([0x80 | len(entries)])
    last = b""
    for entry_key, cid in entries:
        name = entry_key.encode()
        shared = len(os.path.commonprefix([last, name]))
        suffix = name[shared:]
        prefix = bytes([shared]) if shared < 24 else bytes([0x18, shared])
        head = bytes([0x40 | len(suffix)]) if len(suffix) < 24 else bytes([0x58, len(suffix)])
        link = b"\xd8\x2a\x58\x25\x00" + cid
        block += b"\xa4\x61k" + head + suffix + b"\x61p" + prefix + b"\x61t\xf6\x61v" + link
        last = name
    return block + b"\x61l\xf6"


def nodes_of_four(count):
    """Neighbouring keys of layer zero, four to a node."""
    keys = [(key(index), index) for index in range(NODE_KEY_COUNT)]
    keys = sorted((name, index) for name, index in keys if height(name) == 0)
    entries = [(name, record_cid(index)) for name, index in keys[: count + 4]]
    return [node(entries[index : index + 4]) for index in range(count)]
