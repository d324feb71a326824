"""Whether the parts of a state that was read from a file belong together.

Types alone do not say that a code has a word, a row has all its columns, or that what is under way is there. What the
service itself keeps true of its state stands here, one function for each kind of object.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, Final

from pytest_personalize.data.avro import Schema
from pytest_personalize.data.columns import NULL_BOOLEAN, BooleanColumn, Column, NumberColumn, TextColumn
from pytest_personalize.data.entities import EntityTable
from pytest_personalize.data.events import EventLog
from pytest_personalize.data.records import LOGS, TABLES, Records
from pytest_personalize.data.stores import SCHEME, parse_uri
from pytest_personalize.service.kernel import arns
from pytest_personalize.service.kernel.clock import LAST
from pytest_personalize.service.kernel.lifecycle import ACTIONS, SCRIPTS, Agenda, Transition
from pytest_personalize.service.kernel.quotas import QUOTAS
from pytest_personalize.service.kernel.resource import ACTIVE, CREATE_FAILED, Resource
from pytest_personalize.service.kernel.state import KINDS, RegionState
from pytest_personalize.service.kernel.trained import Trained
from pytest_personalize.service.kernel.transitions import checked_mode
from pytest_personalize.testing.kept import Saved
from pytest_personalize.testing.options import checked_account_id, checked_region

TRAINED: Final = ("solution-version", "recommender")
ANSWERING: Final = ("campaign", "recommender")
LASTING: Final = ("dataset_group_arn", "schema_arn", "solution_arn", "solution_version_arn")
"""Members with the ARN of what cannot be deleted as long as a resource that lasts refers to it."""


@cache
def statuses() -> frozenset[str | None]:
    """All statuses that a resource can have."""
    scripts = [(*script.states, script.end, script.failed) for script in SCRIPTS.values()]
    return frozenset({ACTIVE, CREATE_FAILED}.union(*scripts))


def check_saved(saved: Saved) -> None:
    """``ValueError`` unless all parts of what was saved, each of the right type, belong together."""
    snapshot, state = saved.snapshot, saved.snapshot.state
    checked_account_id(snapshot.account_id)
    clock = state.clock
    _require(all(0 <= time <= LAST for time in (saved.now, clock.frozen or 0)), "times are dates")
    _require(clock.frozen is None or 0 <= clock.frozen + clock.offset <= LAST, "a clock shows a date")
    _require(QUOTAS.keys() >= state.quotas.limits.keys(), "quotas are those that there are")
    for bucket, objects in snapshot.files._buckets.items():
        _require(
            all(parse_uri(f"{SCHEME}{bucket}/{key}") == (bucket, key) for key in ("", *objects)), "buckets have names"
        )
    for name, region in state.regions.items():
        _check_region(region, arns.partition(checked_region(name)), name, snapshot.account_id)
    _check_agenda(state.agenda, state.regions)


def _require(holds: bool, rule: str) -> None:
    if not holds:
        raise ValueError(f"against the rule that {rule}")


def _check_region(region: RegionState, partition: str, name: str, account: str) -> None:
    for kind, table in region.tables.items():
        _require(all(resource.kind == kind for resource in table), "a table is of one kind")
    found = {kind: {resource.arn: resource for resource in table} for kind, table in region.tables.items()}
    everything = {arn: resource for kind in found.values() for arn, resource in kind.items()}
    for resource in everything.values():
        arn = arns.parse(resource.arn)
        place = (partition, name, resource.arn_kind or resource.kind)
        _require(arn is not None and (arn.partition, arn.region, arn.kind) == place, "ARNs say where")
        # The ARNs of campaigns and recommenders that stand in code may be of any account.
        _require(resource.kind in ANSWERING or resource.arn.split(":")[4] == account, "ARNs say whose")
        times = (resource.creation_date_time, resource.last_updated_date_time)
        _require(all(0 <= time <= LAST for time in times), "times are dates")
        _require(resource.status in statuses(), "a status is one of the service")
        _require(not resource.declared or resource.kind in ANSWERING, "answers are of campaigns")
        _check_references(resource, everything)
    _require(everything.keys() >= region.tags.keys(), "tags are of resources")
    _require({arn for kind in TRAINED for arn in found[kind]} >= region.models.keys(), "models are of trainings")
    _require({arn for kind in ANSWERING for arn in found[kind]} >= region.declared.keys(), "answers are of campaigns")
    _require(found["dataset-group"].keys() >= region.records.keys(), "records are of dataset groups")
    for dataset in found["dataset"].values():
        held = region.records.get(dataset.dataset_group_arn, Records()).schemas
        _require(dataset.status != "ACTIVE" or dataset.dataset_type in held, "datasets have records")
    for records in region.records.values():
        check_records(records)
    for trained in region.models.values():
        _check_trained(trained)
    _require(region.serial >= 0, "serial numbers are positive")


def _check_trained(trained: Trained) -> None:
    for records in (trained.view, trained.seen):
        if records is not None:
            check_records(records)
    if trained.full is not None:
        _check_trained(trained.full)


def _check_references(resource: Resource, everything: Mapping[str, Resource]) -> None:
    if resource.declared or resource.kind.endswith("-job"):
        return
    others = (getattr(resource, member, None) for member in LASTING)
    _require(all(arn is None or arn in everything for arn in others), "resources refer to what is there")


def _check_agenda(agenda: Agenda, regions: Mapping[str, RegionState]) -> None:
    for arn, transition in agenda.moving.items():
        _require(arn == transition.arn and transition.region in regions, "what is under way is known by its ARN")
        _check_transition(transition, regions[transition.region])
    _require(all(ACTIONS.keys() >= {action} and place in regions for _, _, action, place, _ in agenda.due), "plans fit")
    _require(all(time >= 0 for time, *_ in agenda.due), "plans have a time")
    _require(all(agenda.due[(n - 1) // 2] <= agenda.due[n] for n in range(1, len(agenda.due))), "plans are a heap")
    _require(agenda.count >= max((serial for _, serial, *_ in agenda.due), default=0), "plans are counted")


def _check_transition(transition: Transition, region: RegionState) -> None:
    _require(
        transition.kind in KINDS and transition.arn in region.tables[transition.kind], "what is under way is there"
    )
    script = SCRIPTS[transition.kind, transition.script]
    mode = checked_mode(transition.mode)
    _require(mode not in ("instant", "aws") and transition.looks >= 0, "what is under way has a way")
    _require(0 <= transition.step < len(script.states), "what is under way is at a step of its script")


def check_records(records: Records) -> None:
    """``ValueError`` unless the ids, the logs and the tables of a dataset group belong together."""
    for dataset_type, member in (LOGS | TABLES).items():
        part, schema = getattr(records, member), records.schemas.get(dataset_type)
        _require((part is None) == (schema is None), "a dataset has a schema")
        if schema is None:
            continue
        _require(schema.dataset_type == dataset_type, "a schema is for its dataset")
        subjects = records.subjects(dataset_type)
        if isinstance(part, EventLog):
            _check_log(part, schema)
            _below(part.users, len(records.users))
            _below(part.items, len(subjects))
        else:
            _check_table(part, schema)
            _below(part.ids, len(subjects))
    _require(records.schemas.keys() <= (LOGS | TABLES).keys(), "a schema is for a dataset")


def _check_log(log: EventLog, schema: Schema) -> None:
    fresh, length = EventLog.for_schema(schema), len(log)
    _require(log.has_values == fresh.has_values, "a log has the columns of its schema")
    for mine, theirs in zip(log._arrays(), fresh._arrays(), strict=True):
        _require(mine.typecode == theirs.typecode, "an array has the type of its column")
        _require(len(mine) == (length if mine is not log.values or log.has_values else 0), "a row has all columns")
    _check_columns(log.extra, fresh.extra, length)
    _require(list(log.event_types)[:1] == [""], "code 0 is no event type")
    _below(log.types, len(log.event_types))
    _below(log.repeated, length)
    for rows in log._sessions.values():
        _below(rows, length)
    _require(
        all(0 <= given <= len(log._sessions[pair[0]]) for pair, given in log._linked.items()), "sessions have rows"
    )


def _check_table(table: EntityTable, schema: Schema) -> None:
    fresh = EntityTable.for_schema(schema)
    _require((table.ids.typecode, table.origins.typecode) == ("I", "B"), "an array has the type of its column")
    _require(len(table.origins) == len(table.ids), "a row has all columns")
    _check_columns(table.columns, fresh.columns, len(table.ids))


def _check_columns(columns: Mapping[str, Column], wanted: Mapping[str, Column], length: int) -> None:
    _require(columns.keys() == wanted.keys(), "a dataset has the columns of its schema")
    for name, column in columns.items():
        _require(type(column) is type(wanted[name]), "a column is of the type of its field")
        _require(len(column) == length, "a row has all columns")
        _COLUMN_CHECKS[type(column)](column, wanted[name])


def _check_numbers(column: NumberColumn, wanted: NumberColumn) -> None:
    _require((column.whole, column.null) == (wanted.whole, wanted.null), "a column is of the type of its field")
    _same_type(column.values, wanted.values)


def _check_booleans(column: BooleanColumn, wanted: BooleanColumn) -> None:
    _same_type(column.values, wanted.values)
    _below(column.values, NULL_BOOLEAN + 1)


def _check_texts(column: TextColumn, wanted: TextColumn) -> None:
    _require(column.categorical == wanted.categorical, "a column is of the type of its field")
    _same_type(column.codes, wanted.codes)
    _require(list(column.vocabulary)[:1] == [""], "code 0 is null")
    _below(column.codes, len(column.vocabulary))


_COLUMN_CHECKS: Final[Mapping[type, Callable[[Any, Any], None]]] = {
    NumberColumn: _check_numbers,
    BooleanColumn: _check_booleans,
    TextColumn: _check_texts,
}


def _same_type(values: array[Any], wanted: array[Any]) -> None:
    _require(values.typecode == wanted.typecode, "an array has the type of its column")


def _below(indexes: Iterable[int], length: int) -> None:
    """Every index is one of that many."""
    _require(all(0 <= index < length for index in indexes), "a number is that of something")
