#!/usr/bin/env python3
"""Reads the stream of a served store with the Python SDK's own client, and checks every block.

While the server runs, records are written by other processes. The client is cut off and comes back
with its cursor, several times, and so does the server, by a kill: what the client has seen in all
must be every event, in order, once; every block must hash to its CID; and what the events say must
be what the repo holds in the end.
"""
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from atproto import CAR, Client, FirehoseSubscribeReposClient, models, parse_subscribe_repos_message

PLAITED = os.path.join(os.path.dirname(os.path.abspath(sys.argv[1])), "plaited")
COLLECTION = "app.example.note"
passed = failed = 0


def check(name, holds):
    global passed, failed
    if holds:
        passed += 1
    else:
        failed += 1
        print(f"FAILED: {name}")


def plaited(store, *arguments, given=None):
    done = subprocess.run(
        [PLAITED, *arguments, "-C", store], input=given, capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        raise SystemExit(f"plaited {' '.join(arguments)}: {done.returncode}: {done.stderr}")
    return done.stdout


def write(store, first, count):
    """Writes, changes and deletes, one commit a line."""
    lines = []
    for index in range(first, first + count):
        record = {"$type": COLLECTION, "text": f"note {index}", "createdAt": "2026-11-21T10:00:00Z"}
        lines.append({"action": "create", "collection": COLLECTION, "rkey": f"k{index}", "record": record})
        if index % 5 == 0:
            lines.append({"action": "put", "collection": COLLECTION, "rkey": f"k{index}",
                          "record": record | {"text": f"note {index}, changed"}})
        if index % 7 == 0:
            lines.append({"action": "delete", "collection": COLLECTION, "rkey": f"k{index}"})
    plaited(store, "repo", "apply", "-", "--single", given="\n".join(map(json.dumps, lines)) + "\n")
    return len(lines)


class Reader:
    """What a consumer knows: the events it has seen, and the records they make."""

    def __init__(self, url):
        self.url = url
        self.seqs = []
        self.records = {}
        self.rev = None
        self.problems = []

    def read(self, count):
        """Connects with the last cursor and reads `count` events."""
        params = models.ComAtprotoSyncSubscribeRepos.Params(cursor=self.seqs[-1] if self.seqs else 0)
        client = FirehoseSubscribeReposClient(params, base_uri=self.url)
        goal = len(self.seqs) + count
        enough = threading.Event()

        def on_message(frame):
            if len(self.seqs) >= goal:
                return
            try:
                self.take(parse_subscribe_repos_message(frame))
            except Exception as error:  # whatever it is, it is this test's finding
                self.problems.append(repr(error))
                enough.set()
            if len(self.seqs) >= goal:
                enough.set()

        thread = threading.Thread(target=client.start, args=(on_message,), daemon=True)
        thread.start()
        if not enough.wait(60):
            self.problems.append(f"{goal} events did not come, {len(self.seqs)} did")
        client.stop()
        thread.join(10)

    def take(self, message):
        self.seqs.append(message.seq)
        if not isinstance(message, models.ComAtprotoSyncSubscribeRepos.Commit):
            return
        car = CAR.from_bytes(message.blocks)
        for cid, block in blocks(bytes(message.blocks)):
            if hashlib.sha256(block).digest() != cid[4:]:
                self.problems.append(f"seq {message.seq}: a block does not hash to its CID")
        if message.since != self.rev:
            self.problems.append(f"seq {message.seq}: since {message.since}, expected {self.rev}")
        self.rev = message.rev
        if message.commit not in car.blocks:
            self.problems.append(f"seq {message.seq}: the commit is not among the blocks")
        for op in message.ops:
            if op.action == "delete":
                self.records.pop(op.path)
            else:
                self.records[op.path] = car.blocks[op.cid]


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def blocks(car):
    """CID and bytes of each section after the header; CIDs of 36 bytes, as repos have them."""
    count, at = varint(car, 0)
    at += count
    while at < len(car):
        count, at = varint(car, at)
        yield car[at:at + 36], car[at + 36:at + count]
        at += count


class Server:
    """A server on any free port."""

    def __init__(self, store):
        self.process = subprocess.Popen(
            [PLAITED, "serve", "--port", "0", "--ndjson", "-C", store],
            stdout=subprocess.PIPE, text=True)
        self.place = json.loads(self.process.stdout.readline())
        self.stream = f"ws://127.0.0.1:{self.place['port']}/xrpc"

    def kill(self):
        self.process.kill()
        self.process.wait()


def main():
    folder = tempfile.mkdtemp(prefix="plaited-firehose-")
    store = os.path.join(folder, "data")
    plaited(store, "init")
    server = Server(store)
    try:
        reader = follow(store, server)
        for round in range(3):
            server.kill()
            # Nobody serves the store: the command owns it, and the socket left behind is no owner.
            expected = len(reader.seqs) + write(store, 200 + 50 * round, 20)
            server = Server(store)
            expected += write(store, 220 + 50 * round, 20)
            reader.url = server.stream
            reader.read(expected - len(reader.seqs))
        check("after each kill of the server the stream goes on where it was",
              reader.seqs == list(range(1, len(reader.seqs) + 1)))
        finish(store, server.place, reader)
        with connect(server.stream + "/com.atproto.sync.subscribeRepos") as subscriber:
            server.process.terminate()
            try:
                subscriber.recv(timeout=30)
            except ConnectionClosed as closed:
                check("a server that ends says so to its subscribers", closed.rcvd.code == 1001)
        check("the server ends when it is told to", server.process.wait(30) == 0)
    finally:
        server.kill()
        shutil.rmtree(folder)


def follow(store, server):
    reader = Reader(server.stream)
    total = 3  # identity, account, first commit
    total += write(store, 0, 60)
    reader.read(40)
    reader.read(1)
    reader.read(total - 41)
    check("what was written before is read", reader.seqs == list(range(1, total + 1)))
    writer = threading.Thread(target=write, args=(store, 60, 80))
    more = sum(1 + (index % 5 == 0) + (index % 7 == 0) for index in range(60, 140))
    writer.start()
    reader.read(more // 2)
    reader.read(more - more // 2)
    writer.join()
    total += more
    check("what is written meanwhile is read, without a gap or a repeat",
          reader.seqs == list(range(1, total + 1)))
    return reader


def finish(store, place, reader):
    for problem in reader.problems:
        print(problem)
    check("every block, commit and record of every event is sound", not reader.problems)
    rows = map(json.loads, plaited(store, "repo", "get", COLLECTION, "--ndjson").splitlines())
    held = {"/".join(row["uri"].split("/")[-2:]): row["value"] for row in rows}
    check("the events make the records that the repo holds", reader.records == held)
    listed(place, held)


def listed(place, held):
    client = Client(f"http://127.0.0.1:{place['port']}")
    found, cursor = {}, None
    while True:
        page = client.com.atproto.repo.list_records(
            models.ComAtprotoRepoListRecords.Params(
                repo=place["did"], collection=COLLECTION, limit=17, cursor=cursor))
        for record in page.records:
            found["/".join(record.uri.split("/")[-2:])] = record.value["text"]
        cursor = page.cursor
        if cursor is None:
            break
    check("listRecords pages through the same records",
          found == {path: value["text"] for path, value in held.items()})
    car = CAR.from_bytes(client.com.atproto.sync.get_repo(
        models.ComAtprotoSyncGetRepo.Params(did=place["did"])))
    latest = client.com.atproto.sync.get_latest_commit(
        models.ComAtprotoSyncGetLatestCommit.Params(did=place["did"]))
    check("getRepo's root is the latest commit", str(car.root) == latest.cid)
    texts = [block.get("text") for block in car.blocks.values() if isinstance(block, dict)]
    check("getRepo holds every record",
          {value["text"] for value in held.values()} <= {text for text in texts if text})


main()
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
