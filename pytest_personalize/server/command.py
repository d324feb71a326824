"""``pytest-personalize serve``: its options, and what it does with them."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from pytest_personalize.backend import PersonalizeBackend
from pytest_personalize.data.stores import FolderStore
from pytest_personalize.failure import Failure
from pytest_personalize.server import application_for
from pytest_personalize.server.accounts import Accounts, Make
from pytest_personalize.server.admin import Admin
from pytest_personalize.server.asked import Began
from pytest_personalize.server.states import States
from pytest_personalize.testing.seeded import SeededGroup

ACCOUNT: Final = "123456789012"
CALLS_KEPT: Final = 1000
"""On record for each account: a server answers more calls than a test makes."""

NEEDED: Final = ("AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION")
"""Without these a client makes no call at all; the last is what the SDK for JavaScript reads."""

NOT_HERE_ALONE: Final = (
    "warning: {url} is open to the network: whoever reaches it may change and read everything, as signatures are not "
    "checked"
)


def run(chosen: argparse.Namespace) -> int:
    """Serve until SIGTERM or Ctrl-C; 1 when it cannot."""
    try:
        from pytest_personalize.server import serving  # uvicorn, which need not be installed
    except ModuleNotFoundError as missing:
        return _fail(f"serve needs {missing.name}: pip install 'pytest-personalize[server]'")
    try:
        make, home = _maker(chosen)
        states = States(Path(chosen.state), make, s3=_store(chosen.s3), report=_warn) if chosen.state else None
        opened = make if states is None else states.open
        others = opened if chosen.account_from_key else None
        accounts = Accounts(opened(home), others, None if states is None else states.around)
    except (Failure, OSError, TypeError, ValueError) as problem:
        return _fail(str(problem))
    try:
        listening = serving.listen(chosen.host, chosen.port)
    except OSError as problem:
        reason = (problem.strerror or str(problem)).partition(" (while ")[0]  # Python names the address once more
        return _fail(f"cannot listen at {chosen.host}:{chosen.port}: {reason}")
    url = serving.url_of(listening)
    if not serving.is_loopback(listening):
        print(NOT_HERE_ALONE.format(url=url), file=sys.stderr)
    variables = serving.environment(url, accounts.default.region_name)
    for line in (f"Amazon Personalize at {url}", *_hints(variables, accounts.default)):
        print(line, flush=True)
    admin = Admin(
        accounts,
        hosts=(chosen.host, *chosen.allow_host),
        shelf=None if states is None else states.shelf,
        began=cache(lambda account_id: Began.of(make(account_id))),
    )
    serving.serve(application_for(accounts, admin), listening)
    if states is not None:
        states.close()
    return 0


def _warn(message: str) -> None:
    print(f"warning: {message}", file=sys.stderr)


def _fail(message: str) -> int:
    print(f"pytest-personalize: {message}", file=sys.stderr)
    return 1


def _maker(chosen: argparse.Namespace) -> tuple[Make, str]:
    """What makes the backend of an account, and whose is the default; ``ValueError`` for options that cannot be."""
    options: dict[str, Any] = {
        "s3": _store(chosen.s3),
        "transitions": chosen.transitions or "instant",
        "quotas": quotas_setting(chosen.quotas or "aws"),
        "calls_kept": CALLS_KEPT,
    }
    home = ACCOUNT if chosen.saved is None else PersonalizeBackend.load(chosen.saved).account_id

    def make(account_id: str) -> PersonalizeBackend:
        if chosen.saved is None or account_id != home:
            backend = PersonalizeBackend(account_id=account_id, **options)
        else:
            backend = PersonalizeBackend.load(chosen.saved, s3=options["s3"])
            if chosen.transitions:
                backend.transitions = chosen.transitions
        for preset in chosen.preset:
            backend.seed(preset)
        return backend

    return make, home


def quotas_setting(text: str) -> Any:
    """``aws``, ``none``, or ``campaigns=3,filters=40``, as a backend takes it; ``ValueError`` for anything else."""
    if "=" not in text:
        return None if text == "none" else text
    pairs = (part.partition("=") for part in text.split(","))
    try:
        return {name.strip(): int(value) for name, _, value in pairs}
    except ValueError:
        raise ValueError(f"--quotas is 'aws', 'none', or such as campaigns=3,filters=40; not {text!r}") from None


def _store(setting: str | None) -> Any:
    """A folder, or a client for the S3 at a URL; None for memory."""
    if setting is None:
        return "memory"
    if "://" not in setting:
        return FolderStore(setting)
    if not setting.startswith(("http://", "https://")):
        raise ValueError(f"--s3 is a folder, or the http address of an S3; not {setting!r}")
    import boto3  # only who keeps objects in an S3 needs it

    keys = {} if os.environ.get("AWS_ACCESS_KEY_ID") else {"aws_access_key_id": "s3", "aws_secret_access_key": "s3"}
    paths = boto3.session.Config(s3={"addressing_style": "path"})  # type: ignore[attr-defined]
    return boto3.Session(region_name="us-east-1", **keys).client("s3", endpoint_url=setting, config=paths)  # type: ignore[arg-type]


def _hints(variables: dict[str, str], backend: PersonalizeBackend) -> Iterator[str]:
    """What a client needs to be told: variables for its environment, and the ARNs of what is there."""
    yield from (f"  export {name}={value}" for name, value in variables.items() if "ENDPOINT_URL_" in name)
    others = " ".join(f"{name}={variables[name]}" for name in NEEDED)
    yield f"  export {others}   # unless you have some"
    for group in backend.seeded.values():
        yield from _arns(group)


def _arns(group: SeededGroup) -> Iterator[str]:
    yield f"{group.name}: {group.arn}, tracking id {group.tracking_id}"
    for source in (group.recommenders, group.campaigns):
        yield from (f"  {arn}" for arn in source.values())
