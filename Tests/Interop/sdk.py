#!/usr/bin/env python3
"""Uses a served store with the Python SDK, unmodified, as a person's client would.

Login by handle and DID, posting, every operation on records, batches, blobs, listing both ways,
refresh, app passwords, service tokens, export, and import into a second store.
"""
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile

from atproto import CAR, Client, models
from atproto.exceptions import AtProtocolError

PLAITED = os.path.join(os.path.dirname(os.path.abspath(sys.argv[1])), "plaited")
COLLECTION = "app.example.note"
# What the SDK asks to be validated when it posts: as much of the schema as this test's post needs.
POST = {"lexicon": 1, "id": "app.bsky.feed.post", "defs": {"main": {
    "type": "record", "key": "tid", "record": {
        "type": "object", "required": ["text", "createdAt"], "properties": {
            "text": {"type": "string", "maxLength": 3000, "maxGraphemes": 300},
            "langs": {"type": "array", "maxLength": 3,
                      "items": {"type": "string", "format": "language"}},
            "createdAt": {"type": "string", "format": "datetime"}}}}}}
HANDLE = "alice.example.com"
passed = failed = 0


def check(name, holds):
    global passed, failed
    if holds:
        passed += 1
    else:
        failed += 1
        print(f"FAILED: {name}")


def refused(name, error, call):
    """`call` must be refused with this error's name."""
    try:
        call()
    except AtProtocolError as refusal:
        found = getattr(getattr(refusal, "response", None), "content", None)
        check(f"{name}: {getattr(found, 'error', refusal)}", getattr(found, "error", None) == error)
    else:
        check(f"{name}: was not refused", False)


def plaited(store, *arguments, given=None):
    done = subprocess.run([PLAITED, *arguments, "-C", store], input=given, capture_output=True,
                          text=True, timeout=120)
    if done.returncode != 0:
        raise SystemExit(f"plaited {' '.join(arguments)}: {done.returncode}: {done.stderr}")
    return done.stdout


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    """A store that is served on a port of its own."""

    def __init__(self, folder, name, *init):
        self.store = os.path.join(folder, name)
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        made = json.loads(plaited(self.store, "init", *init, "--json"))["result"]
        self.did = made["did"]
        self.password = json.loads(
            plaited(self.store, "account", "password", "--json"))["result"]["password"]

    def start(self):
        schemas = os.path.join(self.store, "..", "lexicons", "app", "bsky", "feed")
        os.makedirs(schemas, exist_ok=True)
        with open(os.path.join(schemas, "post.json"), "w") as file:
            json.dump(POST, file)
        self.process = subprocess.Popen(
            [PLAITED, "serve", "--port", str(self.port), "--ndjson", "-C", self.store,
             "--lexicons", os.path.join(self.store, "..", "lexicons")],
            stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()

    def stop(self):
        self.process.terminate()
        return self.process.wait(30)


def note(text):
    return {"$type": COLLECTION, "text": text, "createdAt": "2026-11-21T10:00:00.000Z"}


def sessions(server):
    by_handle = Client(server.url)
    profile = by_handle.login(HANDLE, server.password)
    check("login by handle gives the profile", profile.did == server.did and profile.handle == HANDLE)
    by_did = Client(server.url)
    by_did.login(server.did, server.password)
    check("login by DID", by_did.me.did == server.did)
    refused("a wrong password", "AuthenticationRequired",
            lambda: Client(server.url).login(HANDLE, "wrong"))
    text = by_did.export_session_string()
    again = Client(server.url)
    again.login(session_string=text)
    check("a session goes on from its text", again.me.did == server.did)
    before = again._session.access_jwt
    again._refresh_and_set_session()
    check("a refresh gives other tokens", again._session.access_jwt != before)
    check("which are good", again.com.atproto.server.get_session().did == server.did)
    return by_handle


def records(client, did):
    post = client.send_post("hello from the SDK")
    check("send_post", post.uri.startswith(f"at://{did}/app.bsky.feed.post/"))
    found = client.com.atproto.repo.get_record(
        {"repo": HANDLE, "collection": "app.bsky.feed.post", "rkey": post.uri.split("/")[-1]})
    check("getRecord gives the post", found.cid == post.cid and found.value.text == "hello from the SDK")
    repo = client.com.atproto.repo
    made = repo.create_record({"repo": did, "collection": COLLECTION, "rkey": "a", "record": note("1")})
    check("createRecord tells the commit", made.commit is not None and made.validation_status == "unknown")
    refused("the same key twice", "RecordAlreadyExists", lambda: repo.create_record(
        {"repo": did, "collection": COLLECTION, "rkey": "a", "record": note("1")}))
    put = repo.put_record({"repo": did, "collection": COLLECTION, "rkey": "a", "record": note("2"),
                           "swap_record": made.cid})
    check("putRecord changes it", put.cid != made.cid and put.commit is not None)
    same = repo.put_record({"repo": did, "collection": COLLECTION, "rkey": "a", "record": note("2"),
                            "swap_record": made.cid})
    check("the same again changes nothing, whatever the swap", same.cid == put.cid and same.commit is None)
    refused("a swap that does not hold", "InvalidSwap", lambda: repo.put_record(
        {"repo": did, "collection": COLLECTION, "rkey": "a", "record": note("3"), "swap_record": made.cid}))
    refused("a swap of the head", "InvalidSwap", lambda: repo.create_record(
        {"repo": did, "collection": COLLECTION, "record": note("3"), "swap_commit": made.commit.cid}))
    refused("somebody else's repo", "AuthenticationRequired", lambda: repo.create_record(
        {"repo": "did:web:other.example", "collection": COLLECTION, "record": note("3")}))
    gone = repo.delete_record({"repo": did, "collection": COLLECTION, "rkey": "a"})
    check("deleteRecord", gone.commit is not None)
    gone = repo.delete_record({"repo": did, "collection": COLLECTION, "rkey": "a"})
    check("deleting what is gone is no commit", gone.commit is None)
    refused("a record that is gone", "RecordNotFound", lambda: repo.get_record(
        {"repo": did, "collection": COLLECTION, "rkey": "a"}))


def batches(client, did):
    write = models.ComAtprotoRepoApplyWrites
    created = [write.Create(collection=COLLECTION, rkey=f"b{index:03}", value=note(str(index)))
               for index in range(120)]
    done = client.com.atproto.repo.apply_writes(write.Data(repo=did, writes=created))
    check("a batch is one commit", done.commit is not None and len(done.results) == 120)
    done = client.com.atproto.repo.apply_writes(write.Data(repo=did, writes=[
        write.Update(collection=COLLECTION, rkey="b000", value=note("changed")),
        write.Delete(collection=COLLECTION, rkey="b001"),
        write.Create(collection=COLLECTION, value=note("made"))]))
    check("a mixed batch", len(done.results) == 3)
    refused("a batch with one bad write", "InvalidRequest", lambda: client.com.atproto.repo.apply_writes(
        write.Data(repo=did, writes=[
            write.Delete(collection=COLLECTION, rkey="b002"),
            write.Delete(collection=COLLECTION, rkey="none")])))
    client.com.atproto.repo.get_record({"repo": did, "collection": COLLECTION, "rkey": "b002"})
    check("of a refused batch nothing is done", True)


def listing(client, did):
    def keys(reverse):
        found, cursor = [], None
        while True:
            page = client.com.atproto.repo.list_records(
                {"repo": did, "collection": COLLECTION, "limit": 17, "cursor": cursor, "reverse": reverse})
            found += [record.uri.split("/")[-1] for record in page.records]
            cursor = page.cursor
            if cursor is None:
                return found
    down, up = keys(False), keys(True)
    check("listing both ways is one list", len(down) == 120 and down == up[::-1])
    check("in the order of keys", up == sorted(up))


def blobs(client, server):
    image = b"\x89PNG\r\n\x1a\n" + os.urandom(2_000)
    uploaded = client.upload_blob(image)
    check("uploadBlob knows a PNG", uploaded.blob.mime_type == "image/png" and uploaded.blob.size == len(image))
    cid = uploaded.blob.ref.link if isinstance(uploaded.blob.ref.link, str) else str(uploaded.blob.cid)
    stranger = Client(server.url)
    where = {"did": server.did, "cid": cid}
    refused("a blob that no record names", "BlobNotFound",
            lambda: stranger.com.atproto.sync.get_blob(where))
    client.com.atproto.repo.create_record({
        "repo": server.did, "collection": COLLECTION, "rkey": "image",
        "record": note("image") | {"image": uploaded.blob}})
    found = stranger.com.atproto.sync.get_blob(where)
    check("a blob that a record names", hashlib.sha256(found).digest() == hashlib.sha256(image).digest())
    check("listBlobs", stranger.com.atproto.sync.list_blobs({"did": server.did}).cids == [cid])
    check("no blob is missing", client.com.atproto.repo.list_missing_blobs().blobs == [])
    status = client.com.atproto.server.check_account_status()
    check("checkAccountStatus counts blobs", status.expected_blobs == 1 and status.imported_blobs == 1)
    client.com.atproto.repo.delete_record({"repo": server.did, "collection": COLLECTION, "rkey": "image"})
    refused("a blob whose record is gone", "BlobNotFound",
            lambda: stranger.com.atproto.sync.get_blob(where))
    missing = dict(uploaded.blob.model_dump(by_alias=True))
    missing["ref"] = {"$link": "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq"}
    refused("a record with a blob that was never given", "BlobNotFound",
            lambda: client.com.atproto.repo.create_record({
                "repo": server.did, "collection": COLLECTION, "record": note("x") | {"image": missing}}))


def passwords(client, server):
    made = client.com.atproto.server.create_app_password({"name": "phone"})
    program = Client(server.url)
    program.login(HANDLE, made.password)
    program.com.atproto.repo.create_record(
        {"repo": server.did, "collection": COLLECTION, "rkey": "phone", "record": note("phone")})
    check("an app password writes", True)
    refused("and makes no other", "InvalidToken",
            lambda: program.com.atproto.server.create_app_password({"name": "more"}))
    listed = client.com.atproto.server.list_app_passwords().passwords
    check("it is listed", [password.name for password in listed] == ["phone"])
    client.com.atproto.server.revoke_app_password({"name": "phone"})
    refused("and ends when it is revoked", "ExpiredToken",
            lambda: program.com.atproto.server.get_session())
    token = client.com.atproto.server.get_service_auth(
        {"aud": "did:web:other.example", "lxm": "app.bsky.feed.getFeed"}).token
    check("getServiceAuth", token.count(".") == 2)
    client.app.bsky.actor.put_preferences(models.AppBskyActorPutPreferences.Data(
        preferences=[models.AppBskyActorDefs.AdultContentPref(enabled=True)]))
    kept = client.app.bsky.actor.get_preferences().preferences
    check("preferences are kept", [preference.enabled for preference in kept] == [True])


def moved(client, server, folder):
    car = client.com.atproto.sync.get_repo({"did": server.did})
    root = str(CAR.from_bytes(car).root)
    check("an export's root is the head",
          root == client.com.atproto.sync.get_latest_commit({"did": server.did}).cid)
    key = next(name for name in os.listdir(f"{server.store}/keys") if not name.startswith("recovery"))
    other = Server(folder, "second", "--did", server.did, "--handle", HANDLE,
                   "--key", f"{server.store}/keys/{key}")
    other.start()
    try:
        mover = Client(other.url)
        mover.login(HANDLE, other.password)
        mover.com.atproto.repo.import_repo(car, headers={"Content-Type": "application/vnd.ipld.car"})
        names = lambda who: sorted(
            record.uri for record in who.com.atproto.repo.list_records(
                {"repo": server.did, "collection": COLLECTION, "limit": 100}).records)
        check("an import brings every record", names(mover) == names(client))
        check("and a commit of its own",
              mover.com.atproto.sync.get_latest_commit({"did": server.did}).cid != root)
    finally:
        other.stop()


def main():
    folder = tempfile.mkdtemp(prefix="plaited-sdk-")
    server = Server(folder, "first", "--handle", HANDLE)
    server.start()
    try:
        client = sessions(server)
        records(client, server.did)
        batches(client, server.did)
        listing(client, server.did)
        blobs(client, server)
        passwords(client, server)
        moved(client, server, folder)
    finally:
        check("the server ends when it is told to", server.stop() == 0)
        shutil.rmtree(folder)


main()
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
