"""A client that makes mixed calls until its input ends, and writes down what was acknowledged; a program of its own."""

import http.client
import json
import sys
import threading
import time
from pathlib import Path
from typing import Any

SCHEMA = json.dumps(
    {
        "type": "record",
        "name": "Users",
        "namespace": "com.example",
        "fields": [{"name": "USER_ID", "type": "string"}, {"name": "AGE", "type": "int"}],
        "version": "1.0",
    }
)


class Client:
    """Calls, again and again until there is an answer: None when it is not known whether the first one got through."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._connection: http.client.HTTPConnection | None = None

    def ask(self, path: str, body: Any, target: str = "") -> Any:
        """The answer; None where there was none."""
        headers = {"x-amz-target": f"AmazonPersonalize.{target}"} if target else {}
        try:
            self._connection = self._connection or http.client.HTTPConnection(self._address, timeout=30)
            self._connection.request("POST", path, json.dumps(body), headers)
            answer = self._connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            self._connection = None
            time.sleep(0.05)
            return None
        if answer.status != 200:
            raise SystemExit(f"{target or path} was refused: {content!r}")
        return json.loads(content or b"{}")


def main(address: str, number: str, log: Path) -> None:
    """Make schemas, delete every third, and send events to the tracker of the shop."""
    client = Client(address)
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    tracker = None
    with log.open("a") as written:

        def note(what: str, which: str) -> None:
            print(what, which, file=written, flush=True)

        count = 0
        while not ended.is_set():
            count += 1
            if tracker is None:
                page = client.ask("/", {}, "ListEventTrackers")
                arn = page and page["eventTrackers"][0]["eventTrackerArn"]
                found = arn and client.ask("/", {"eventTrackerArn": arn}, "DescribeEventTracker")
                tracker = found and found["eventTracker"]["trackingId"]
                continue
            made = client.ask("/", {"name": f"c{number}-{count}", "schema": SCHEMA}, "CreateSchema")
            if made:
                note("made", made["schemaArn"])
                if count % 3 == 0:
                    note("deleting", made["schemaArn"])
                    if client.ask("/", {"schemaArn": made["schemaArn"]}, "DeleteSchema") is not None:
                        note("deleted", made["schemaArn"])
            item = f"item-{number}-{count}"
            event = {"eventType": "View", "itemId": item, "sentAt": 1_700_000_000}
            members = {"trackingId": tracker, "userId": f"u{number}", "sessionId": "s", "eventList": [event]}
            if client.ask("/events", members) is not None:
                note("event", item)
            client.ask("/", {"maxResults": 5}, "ListSchemas")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
