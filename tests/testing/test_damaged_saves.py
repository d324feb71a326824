"""Files that are damaged, or made to do harm: each gives SaveFileError, and nothing of it is executed."""

from __future__ import annotations

import copy
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_personalize import PersonalizeBackend, mock_personalize
from pytest_personalize.testing import presets, saving
from pytest_personalize.testing.saving import SaveFileError

Plain = Any
Path_ = tuple[str | int, ...]


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A saved backend with a seeded group of few events, something under way, and declared answers."""
    path = tmp_path_factory.mktemp("saved") / "backend.json"
    with pytest.MonkeyPatch.context() as patch, mock_personalize(regions="any") as backend:
        patch.setattr(presets, "EVENTS_OF_AN_ACTION", 2)
        backend.clock.freeze(1_800_000_000)
        backend.seed("actions", users=2, items=2, actions=2, interactions=4)
        client = boto3.client("personalize", region_name="us-east-1")
        backend.transitions = "clock"
        client.create_dataset_group(name="slow", tags=[{"tagKey": "team", "tagValue": "x"}])
        backend.answers("arn:aws:personalize:us-east-1:123456789012:campaign/home").default(items=["a"])
        backend.faults.throttle("ListSchemas", times=3)
        backend.save(path)
    return path.read_text()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "backend.json"


def sealed(content: Plain) -> str:
    """A file whose checksum fits whatever is in it."""
    body = json.dumps(content, separators=(",", ":"))
    head = {"format": saving.FORMAT, "version": saving.VERSION, "checksum": saving._checksum(body)}
    return f'{json.dumps(head)[:-1]}, "content": {body}}}'


def refused(path: Path, text: str) -> str:
    """What SaveFileError says of a file; any other exception passes through."""
    path.write_text(text)
    with pytest.raises(SaveFileError) as caught:
        PersonalizeBackend.load(path)
    return str(caught.value)


def places(plain: Plain, where: Path_ = ()) -> Iterator[Path_]:
    """The paths to all values, of long lists those of the first and the last member."""
    yield where
    if isinstance(plain, dict):
        for key, value in plain.items():
            yield from places(value, (*where, key))
    elif isinstance(plain, list):
        for index in sorted({0, len(plain) - 1}) if plain else ():
            yield from places(plain[index], (*where, index))


def at(plain: Plain, where: Path_) -> Plain:
    for key in where:
        plain = plain[key]
    return plain


def changed(plain: Plain, where: Path_, value: Plain) -> Plain:
    """The value with another one in one place."""
    if not where:
        return value
    copied = copy.copy(plain)
    copied[where[0]] = changed(plain[where[0]], where[1:], value)
    return copied


WRONG: dict[type, Plain] = {str: 7, int: "x", float: "x", bool: 7, type(None): [[]], list: "x", dict: [7]}
"""Something of another type for each type of JSON."""


def kind_of(where: Path_) -> Path_:
    """What many places have in common: members of a list are alike, and so are resources of a kind."""
    return tuple("*" if isinstance(key, int) or ":" in key else key for key in where)[-5:]


def test_a_value_of_another_type_at_any_place(text: str, path: Path) -> None:
    content = json.loads(text)["content"]
    chosen = {kind_of(where): where for where in places(content)}
    loaded = []
    for where in chosen.values():
        path.write_text(sealed(changed(content, where, WRONG[type(at(content, where))])))
        try:
            PersonalizeBackend.load(path)
        except SaveFileError:
            continue
        loaded.append(where)

    assert [where for where in loaded if not {"seeded", "declared"} & set(where)] == []


def test_a_member_that_is_missing_at_any_place(text: str, path: Path) -> None:
    content = json.loads(text)["content"]
    objects = [where for where in places(content) if isinstance(at(content, where), dict) and "$" in at(content, where)]
    for where in {kind_of(where): where for where in objects}.values():
        *kept, _ = at(content, where).items()
        refused(path, sealed(changed(content, where, dict(kept))))


@pytest.mark.parametrize("share", [0, 0.001, 0.1, 0.25, 0.5, 0.75, 0.9, 0.999])
def test_a_file_that_is_cut(text: str, path: Path, share: float) -> None:
    assert "is damaged, or no saved backend" in refused(path, text[: int(len(text) * share)])


@pytest.mark.parametrize("share", [0.001, 0.1, 0.25, 0.5, 0.75, 0.9, 0.999])
def test_a_letter_that_is_changed(text: str, path: Path, share: float) -> None:
    place = int(len(text) * share)
    refused(path, f"{text[:place]}{'1' if text[place] != '1' else '2'}{text[place + 1 :]}")


SAVED = ("saved",)
OPTIONS = ("saved", "options")
STATE = ("saved", "snapshot", "state")
REGION = (*STATE, "regions", "us-east-1")
GROUP = "arn:aws:personalize:us-east-1:123456789012:dataset-group/actions"
SLOW = "arn:aws:personalize:us-east-1:123456789012:dataset-group/slow"
RECORDS = (*REGION, "records", GROUP)
TIMES = (*RECORDS, "interactions", "times")
CAMPAIGNS = (*REGION, "tables", "campaign")
MOVING = (*STATE, "agenda", "moving", SLOW)
DEEP: Plain = 0
for _ in range(600):
    DEEP = [DEEP]


def put(*where: str | int, value: Plain) -> Callable[[Plain], Plain]:
    """Another value in one place, which may be a new one."""

    def change(content: Plain) -> Plain:
        around = copy.copy(at(content, where[:-1]))
        around[where[-1]] = value
        return changed(content, where[:-1], around)

    return change


def in_pool(place: Path_, **members: Plain) -> Callable[[Plain], Plain]:
    """Other members in the entry of the pool that stands in a place."""

    def change(content: Plain) -> Plain:
        entry = at(content, place)["$shared"]
        return changed(content, ("pool", entry), content["pool"][entry] | members)

    return change


HOSTILE: dict[str, Callable[[Plain], Plain]] = {
    "a time before 1970": put(*SAVED, "now", value=-1),
    "a time beyond all dates": put(*SAVED, "now", value=1e18),
    "a time that is a text": put(*SAVED, "now", value="2024-01-01"),
    "a time that is NaN": put(*SAVED, "now", value={"$number": "nan"}),
    "a time that is infinite": put(*SAVED, "now", value={"$number": "inf"}),
    "a huge number": put(*SAVED, "now", value=10**400),
    "a frozen clock out of time": put(*STATE, "clock", "frozen", value=-5),
    "an offset out of time": put(*STATE, "clock", "offset", value=1e300),
    "an unknown option": put(*OPTIONS, "s3", value="/etc"),
    "a preset as an option": put(*OPTIONS, "preset", value="shop"),
    "a region that is none": put(*OPTIONS, "region", value="../x"),
    "an account that is none": put(*OPTIONS, "account_id", value="1"),
    "another account": put(*OPTIONS, "account_id", value="999999999999"),
    "transitions that are none": put(*OPTIONS, "transitions", value={"default": "polls:x"}),
    "minimums that are none": put(*OPTIONS, "minimums", value={"interactions": -1}),
    "a number of calls below 0": put(*OPTIONS, "calls_kept", value=-1),
    "an unknown class": put(*STATE, "clock", value={"$": "Unknown"}),
    "a class of Python": put(*STATE, "clock", value={"$": "os.system", "command": "true"}),
    "a class that is not kept": put(*STATE, "clock", value={"$": "Boto3Store", "client": None}),
    "a class in the wrong place": put(*STATE, "clock", value={"$": "Agenda", "moving": {}, "due": [], "count": 0}),
    "a state alone": lambda content: content | {"saved": content["saved"]["snapshot"]},
    "an unknown form": put(*STATE, "clock", value={"$pickle": "gASVAAAA"}),
    "a place before the pool": put(*RECORDS, "users", value={"$shared": -1}),
    "a place behind the pool": put(*RECORDS, "users", value={"$shared": 9999}),
    "an array for ids": lambda content: put(*RECORDS, "users", value=at(content, TIMES))(content),
    "an object in the pool": lambda content: content | {"pool": [content["saved"], *content["pool"]]},
    "ids that are not distinct": in_pool((*RECORDS, "users"), **{"$ids": ["a", "a"]}),
    "ids that are missing": in_pool((*RECORDS, "users"), **{"$ids": []}),
    "an array of another type": in_pool((*RECORDS, "interactions", "users"), **{"$array": "d"}),
    "a row without all columns": in_pool(TIMES, values=[1]),
    "numbers too big for a column": in_pool((*RECORDS, "interactions", "users"), values=[2**40]),
    "bytes that are none": put("saved", "snapshot", "files", "_buckets", value={"b": {"k": {"$bytes": "?"}}}),
    "a bucket that is none": put("saved", "snapshot", "files", "_buckets", value={": ": {}}),
    "a bucket with a slash": put("saved", "snapshot", "files", "_buckets", value={"a/b": {}}),
    "an unknown recipe": put(*REGION, "models", value={GROUP: {"$recipe": "aws-unknown"}}),
    "models of nothing": lambda content: changed(content, (*REGION, "tables", "solution-version", "rows"), []),
    "tags of nothing": put(*REGION, "tags", value={"arn:aws:nothing": {"a": "b"}}),
    "datasets without records": put(*REGION, "records", value={}),
    "schemas that are missing": put(*REGION, "tables", "schema", value={"$table": 9, "rows": []}),
    "a kind that there is not": put(*REGION, "tables", "bucket", value={"$table": 0, "rows": []}),
    "a table of another kind": lambda content: put(*REGION, "tables", "filter", value=at(content, CAMPAIGNS))(content),
    "numbers of a table out of order": put(*CAMPAIGNS, "$table", value=0),
    "another region": lambda content: put(*STATE, "regions", "eu-west-1", value=at(content, REGION))(content),
    "something under way that is not there": put(*MOVING, "arn", value=GROUP),
    "an unknown script": put(*MOVING, "script", value="explode"),
    "a step beyond the script": put(*MOVING, "step", value=99),
    "a way that is none": put(*MOVING, "mode", value="sideways"),
    "an unknown plan": put(*STATE, "agenda", "due", value=[{"$tuple": [1.0, 1, "explode", "us-east-1", SLOW]}]),
    "a plan in no region": put(*STATE, "agenda", "due", value=[{"$tuple": [1.0, 1, "step", "mars", SLOW]}]),
    "a fault of no operation": put("saved", "snapshot", "faults", 0, "operation", value="Explode"),
    "a quota that there is not": put(*STATE, "quotas", "limits", value={"hopes": 1}),
    "more depth than there is": put(*REGION, "tags", value=DEEP),
    "no pool": lambda content: {"saved": content["saved"]},
    "nothing": lambda content: {},
}


@pytest.mark.parametrize("change", HOSTILE)
def test_content_that_was_sealed_again(text: str, path: Path, change: str) -> None:
    content = HOSTILE[change](json.loads(text)["content"])

    assert str(path) in refused(path, sealed(content))


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "1" * 5000])
def test_numbers_that_json_does_not_have(text: str, path: Path, number: str) -> None:
    refused(path, text.replace('"now":1800000000.0', f'"now":{number}'))


@pytest.mark.parametrize("depth", [900, 5_000, 200_000])
@pytest.mark.parametrize(("left", "right"), [("[", "]"), ('{"a":', "}")])
def test_depth(text: str, path: Path, depth: int, left: str, right: str) -> None:
    refused(path, text.replace('"now":1800000000.0', f'"now":{left * depth}1{right * depth}'))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["$", "$tuple", "$map", "$shared", "$table", "rows", "$named", "a"]), inner)
    ),
    max_leaves=6,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_change_loads_or_is_refused(text: str, path: Path, data: st.DataObject) -> None:
    content = json.loads(text)["content"]
    where = data.draw(st.sampled_from(sorted({kind_of(one): one for one in places(content)}.values(), key=str)))
    path.write_text(sealed(changed(content, where, data.draw(json_values))))

    modules = set(sys.modules)
    try:
        PersonalizeBackend.load(path)
    except SaveFileError:
        assert set(sys.modules) == modules
