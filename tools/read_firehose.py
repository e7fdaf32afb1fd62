"""Reads a server's firehose with the Python SDK's client: a peer that knows nothing of this project.

    read_firehose.py http://127.0.0.1:2583 [COUNT]

Prints the first COUNT events (4), of a commit its operations, decoded by the SDK.
"""

import sys

from atproto import CAR, FirehoseSubscribeReposClient, models, parse_subscribe_repos_message


def main():
    address = sys.argv[1].replace("http", "ws", 1) + "/xrpc"
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 4
    client = FirehoseSubscribeReposClient(
        models.ComAtprotoSyncSubscribeRepos.Params(cursor=0), base_uri=address
    )
    seen = []

    def on_message(frame):
        event = parse_subscribe_repos_message(frame)
        seen.append(event)
        line = f"seq {event.seq}  {type(event).__name__}"
        if isinstance(event, models.ComAtprotoSyncSubscribeRepos.Commit):
            blocks = CAR.from_bytes(event.blocks).blocks
            line += f"  {event.rev}  {len(event.ops)} operations, {len(blocks)} blocks"
        print(line)
        if len(seen) == count:
            client.stop()

    client.start(on_message)


if __name__ == "__main__":
    main()
