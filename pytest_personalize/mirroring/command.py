"""``pytest-personalize mirror``: its options, and what it writes where."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from pytest_personalize.mirroring.drifting import drift
from pytest_personalize.mirroring.ids import ids_like
from pytest_personalize.mirroring.reading import Inventory, connection, read
from pytest_personalize.mirroring.rebuilding import Rows, rebuild
from pytest_personalize.nearest import hint
from pytest_personalize.service.control.datasets import Dataset
from pytest_personalize.testing.options import checked_account_id, checked_region
from pytest_personalize.testing.saving import loaded, save

FINE, PARTIAL, USAGE = range(3)
DRIFTED: Final = PARTIAL
"""Exit codes."""


_REPEATED: Final = (
    ("--region", "NAME", "a region to read"),
    ("--group", "NAME", "only this dataset group"),
    ("--data", "ARN=FILE", "a CSV file of the rows of that dataset"),
)
"""The options that may be given again: name, argument and what it is."""


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.usage = "pytest-personalize mirror --region NAME --out FILE [OPTION ...]; --help lists the options"
    add = parser.add_argument
    for option, metavar, text in _REPEATED:
        add(option, metavar=metavar, action="append", default=[], help=f"{text}; may be repeated")
    add("--out", metavar="FILE", help="the state file to write")
    add("--check", metavar="FILE", help="write nothing: say how the account differs from that state file")
    example = "ids of the form that samples are to have, such as user=U000123 item=B00ABC"
    add("--like", metavar="EXAMPLE", nargs="+", action="extend", default=[], help=example)
    add("--account", metavar="ID", help="12 digits that take the place of all account ids")
    add("--profile", metavar="NAME", help="of the shared AWS files (default: as every SDK finds it)")
    add("--endpoint-url", metavar="URL", help="another address of the service")


def run(options: argparse.Namespace, unknown: Sequence[str]) -> int:
    """Write the file, or what has drifted: 0 fine, 1 drift or something left out, 2 with one line when nothing is."""
    try:
        if unknown:
            known = [f"--{name.replace('_', '-')}" for name in vars(options) if name != "command"]
            raise ValueError(f"no option {unknown[0]!r}; {hint(unknown[0], known)}")
        if (options.out is None) == (options.check is None):
            raise ValueError("one of --out FILE and --check FILE is needed")
        return _check(options) if options.out is None else _write(options)
    except OSError as error:
        reason = f"{error.filename}: {error.strerror}" if error.filename else str(error)
    except (BotoCoreError, ClientError, ValueError) as error:
        reason = str(error)
    _say(f"pytest-personalize mirror: {' '.join(reason.split())}")
    return USAGE


def _write(options: argparse.Namespace) -> int:
    """Mirror the account."""
    if not options.region:
        raise ValueError("--region is needed: the regions to read")
    given = _files(options.data)
    ids = ids_like(options.like)
    if options.account is not None:
        checked_account_id(options.account)
    inventory = _read(options, options.region)
    own = inventory.account_id
    if own is None:
        raise ValueError(f"nothing of Amazon Personalize is in {', '.join(options.region)}")
    datasets = [each.arn for found in inventory.regions.values() for each in found if each.kind.cls is Dataset]
    for arn in given:
        if arn not in datasets:
            raise ValueError(f"--data: there is no dataset {arn}; {hint(arn, datasets)}")
    account = options.account or own
    if account != own:
        inventory = inventory.as_of(account)
        given = {arn.replace(own, account): content for arn, content in given.items()}
    rebuilt = rebuild(inventory, account, Rows(files=given, ids=ids))
    save(Path(options.out), rebuilt.saved)
    for line in (*inventory.notes, *inventory.gaps, *rebuilt.left_out):
        _say(line)
    counts = (f"{len(found)} in {name}" for name, found in inventory.regions.items())
    print(f"{options.out}: resources of account {account}, {', '.join(counts)}")
    return PARTIAL if inventory.gaps or rebuilt.left_out else FINE


def _check(options: argparse.Namespace) -> int:
    """Compare the account with a file."""
    for name in ("data", "like", "account"):
        if getattr(options, name):
            raise ValueError(f"--{name} does not go with --check, which writes nothing: it is for --out")
    with loaded(Path(options.check)) as saved:
        snapshot = saved.snapshot
    inventory = _read(options, options.region or [*snapshot.state.regions])
    if inventory.account_id not in (None, snapshot.account_id):
        inventory = inventory.as_of(snapshot.account_id)
    lines = sorted(drift(inventory, snapshot.state.regions))
    for line in lines:
        print(line)
    for line in (*inventory.notes, *inventory.gaps):
        _say(line)
    fine = f"is up to date{', as far as it can be read' if inventory.gaps else ''}"
    print(f"{options.check} {f'and the account differ in {len(lines)} places' if lines else fine}")
    return DRIFTED if lines or inventory.gaps else FINE


def _read(options: argparse.Namespace, regions: Sequence[str]) -> Inventory:
    names = [checked_region(name) for name in dict.fromkeys(regions)]
    return read(connection(options.profile, options.endpoint_url), names, options.group)


def _files(pairs: Sequence[str]) -> dict[str, bytes]:
    """The content of the files of ``ARN=FILE`` by ARN."""
    split = [pair.partition("=") for pair in pairs]
    for arn, equals, path in split:
        if not arn.startswith("arn:") or not equals or not path:
            raise ValueError(f"--data is ARN=FILE, with the ARN of a dataset, not {arn + equals + path!r}")
    return {arn: Path(path).read_bytes() for arn, _, path in split}


def _say(line: str) -> None:
    print(line, file=sys.stderr)
