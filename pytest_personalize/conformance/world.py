"""What cases are put to: a lane, and the resources that they need, each made when it is first named."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from attrs import define, field

from pytest_personalize.conformance.errors import Blocked, NotRun, Refusal
from pytest_personalize.conformance.lane import Files, Lane
from pytest_personalize.conformance.removal import GONE, MOVING, OPERATIONS, Remover, kind_of
from pytest_personalize.conformance.things import THINGS, Deed, File

T = TypeVar("T")
TOKEN: Final = re.compile(r"<([a-z][A-Za-z0-9_ ]*)(?:@([a-z0-9-]+))?(?:#(\d+))?>")
OWN: Final = ("own", "pending")
ALWAYS_OWN: Final = "group"
"""The dataset group of one case, and what is in it."""


@define(slots=False)
class World:
    """One run: names begin with ``prefix``, and ``remover`` knows all that has to go again."""

    lane: Lane
    prefix: str = field(factory=lambda: f"conform-{secrets.token_hex(3)}")
    remover: Remover = field(init=False)
    _known: dict[str, str | Refusal] = field(factory=dict)
    _own: dict[str, str | Refusal] = field(factory=dict)
    _number: int = 0

    def __attrs_post_init__(self) -> None:
        self.remover = Remover(self.lane, self.prefix)

    def ask(self, operation: str, members: Mapping[str, Any]) -> dict[str, Any] | Refusal:
        """Call an operation with its request filled in: the answer, or the refusal.

        What it makes will be removed. ``Blocked`` when nobody answers.
        """
        filled = self.fill(members)
        if unknown := self.lane.lacks(operation, filled):
            raise NotRun(f"the installed botocore does not know {unknown[0]}")
        answer = self.lane.call(operation, filled)
        if isinstance(answer, Refusal):
            if answer.not_answered:
                raise Blocked(answer)
        elif operation.startswith("Create"):
            self.remover.note(answer)
        return answer

    def call(self, operation: str, members: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a call that must be answered; ``Blocked`` otherwise."""
        answer = self.ask(operation, members)
        if isinstance(answer, Refusal):
            raise Blocked(answer)
        return answer

    def make(self, operation: str, members: Mapping[str, Any]) -> str:
        """Make a resource and wait for it; its ARN."""
        arn = arn_of(self.call(operation, members))
        self.wait(arn)
        return arn

    def wait(self, arn: str) -> str:
        """The status in which a resource comes to rest, or ``gone``; ``Blocked`` when that is a failure."""
        kind = OPERATIONS.get(kind_of(arn))
        if kind is None or kind.describe is None:
            return "ACTIVE"
        status = ""
        for _ in self.lane.looks():
            described = self.ask(kind.describe, {kind.member: arn})
            if isinstance(described, Refusal):
                if described.code == GONE:
                    return "gone"
                raise Blocked(described)
            resource = next(value for name, value in described.items() if name != "ResponseMetadata")
            status = str(resource.get("status", "ACTIVE"))
            updates = [update["status"] for name, update in resource.items() if re.fullmatch("latest.*Update", name)]
            if not any(word in text for word in MOVING for text in [status, *updates]):
                if "FAILED" in status:
                    raise Blocked(Refusal(kind.describe, status, str(resource.get("failureReason")), False))
                return status
        raise Blocked(Refusal(kind.describe, status, f"still after {self.lane.patience:.0f} seconds", False))

    def end(self, arn: str) -> str:
        """The status in which a resource comes to rest, a failure too."""
        try:
            return self.wait(arn)
        except Blocked as blocked:
            if not blocked.seen.code.endswith("FAILED"):
                raise
            return blocked.seen.code

    @contextmanager
    def case(self) -> Iterator[None]:
        """One case: what it alone has made is gone when it ends."""
        self._number += 1
        self._own = {}
        before = self.remover.mark()
        shared = {value for value in self._known.values() if isinstance(value, str)}
        try:
            yield
        finally:
            shared |= {value for value in self._known.values() if isinstance(value, str)}
            self.remover.remove_since(before, shared)

    def fill(self, value: Any) -> Any:
        """A request with every ``<...>`` in its texts filled in.

        ``<key>`` is the ARN of that thing (see ``THINGS``), shared by all cases; ``<own key>`` one that is the case's
        alone, ``<pending key>`` the same without waiting for it; ``<key id>`` a tracking id; ``<key@region>`` and
        ``<key#account>`` its ARN elsewhere. ``<new>`` is a name that the case can use, ``<here>`` the beginning of the
        ARNs of this account, ``<bucket>`` a folder for files, ``<role>`` a role that may read and write there.
        """
        if isinstance(value, Mapping):
            return {name: self.fill(item) for name, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.fill(item) for item in value]
        return TOKEN.sub(self._filled, value) if isinstance(value, str) else value

    def _filled(self, match: re.Match[str]) -> str:
        key, region, account = match.groups()
        text = self._text(key)
        if region or account:
            parts = text.split(":")
            parts[3], parts[4] = region or parts[3], account or parts[4]
            text = ":".join(parts)
        return text

    def _text(self, key: str) -> str:
        if key.startswith("new"):
            return f"{self.prefix}-{self._number}{key[3:].replace(' ', '-')}"
        if key == "here":
            return self.thing("interactions schema").partition(":schema/")[0]
        if key == "bucket":
            return f"s3://{self._given(self.lane.bucket, '--bucket')}/{self.prefix}/"
        if key == "role":
            return self._given(self.lane.role, "--role")
        return self.thing(key)

    def put(self, name: str, text: str) -> str:
        """Write an object into the folder of the run; its path."""
        path = self._text("bucket") + name
        self._files.put(path, text.encode())
        return path

    def objects(self, folder: str) -> dict[str, str]:
        """Name and content of the objects of a folder in that of the run."""
        prefix = f"{self._text('bucket')}{folder}/"
        return {path.removeprefix(prefix): self._files.get(path).decode() for path in self._files.list(prefix)}

    @property
    def _files(self) -> Files:
        return self._given(self.lane.files, "--bucket")

    @staticmethod
    def _given(value: T | None, option: str) -> T:
        if value is None:
            raise NotRun(f"needs {option}")
        return value

    def thing(self, key: str) -> str:
        """The ARN of a thing, or its tracking id; made when it is first asked for."""
        word, _, rest = key.partition(" ")
        name = rest if word in OWN else key
        table = self._own if word in (*OWN, ALWAYS_OWN) else self._known
        if name not in table:
            self._make(name.removesuffix(" id"), table, settle=word != "pending")
        found = table.get(name) or Refusal(f"Describe of {name}", "no tracking id", "", not_answered=False)
        if isinstance(found, Refusal):
            raise Blocked(found)
        return found

    def _make(self, key: str, into: dict[str, str | Refusal], settle: bool) -> None:
        """Make a thing after what it needs; a refusal is remembered, so that nobody tries again."""
        thing = THINGS[key]
        try:
            for need in thing.after:
                self.thing(need)
            if isinstance(thing, File):
                into[key] = self.put(thing.name, thing.text)
                return
            if isinstance(thing, Deed):
                for operation, members in thing.calls:
                    self.call(operation, members)
                into[key] = key
                return
            number = f"-{self._number}" if into is self._own else ""
            name = f"{self.prefix}{number}-{key.lower().replace(' ', '-').replace('_', '-')}"
            named = {member: name for member in ("name", "jobName") if member in thing.members}
            members = {**thing.members, **named}
            answer = self.call(thing.operation, members)
            arn = into[key] = arn_of(answer)
            if settle:
                self.wait(arn)
            if tracking_id := answer.get("trackingId") or self._tracking_id(key, arn):
                into[f"{key} id"] = tracking_id
        except Blocked as blocked:
            into[key] = into[f"{key} id"] = blocked.seen
            raise

    def _tracking_id(self, key: str, arn: str) -> str | None:
        """Action interactions have a tracking id, which only Describe tells."""
        if not key.endswith("ACTION_INTERACTIONS"):
            return None
        found: str | None = self.call("DescribeDataset", {"datasetArn": arn})["dataset"].get("trackingId")
        return found


def arn_of(answer: Mapping[str, Any]) -> str:
    """The ARN in the answer to a creation."""
    return next(str(value) for name, value in answer.items() if name.endswith("Arn"))
