"""Which columns take part in a training: the trainingDataConfig of solutions and recommenders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import frozen

from pytest_personalize.data.records import Records
from pytest_personalize.service.kernel.errors import Problems, refusal
from pytest_personalize.service.kernel.operations import structure

Columns = Mapping[str, frozenset[str]]
"""Dataset type -> column names as the schema writes them."""

CONFIGURABLE: Final = ("INTERACTIONS", "ITEMS", "USERS")
NEVER_EXCLUDED: Final = frozenset({"USER_ID", "ITEM_ID", "TIMESTAMP", "EVENT_TYPE"})


@structure
@frozen(kw_only=True)
class TrainingDataConfig:
    """Columns to leave out of a training, or the only ones to take in; dataset type -> column names."""

    excluded_dataset_columns: Mapping[str, tuple[str, ...]] | None = None
    included_dataset_columns: Mapping[str, tuple[str, ...]] | None = None


def present_columns(records: Records) -> Columns:
    """All columns of the datasets as they are now."""
    return {kind: frozenset(schema.names) for kind, schema in records.schemas.items()}


def column_problems(config: TrainingDataConfig | None, records: Records) -> Problems:
    """Columns that do not exist or have to take part.

    unknown: [solutions/columns] which of these the service refuses, and whether both maps may be given. chosen:
    InvalidInputException.
    """
    if config is None:
        return
    excluded, included = config.excluded_dataset_columns or {}, config.included_dataset_columns or {}
    if excluded and included:
        yield refusal("both column lists")
    for dataset_type, names in {**excluded, **included}.items():
        schema = records.schemas.get(dataset_type.upper()) if dataset_type.upper() in CONFIGURABLE else None
        if schema is None:
            yield refusal("no dataset for columns", dataset_type=dataset_type)
            continue
        for name in names:
            field = schema.field(name)
            if field is None:
                yield refusal("no such column", column=name, dataset_type=schema.dataset_type)
            elif excluded and field.name in NEVER_EXCLUDED:
                yield refusal("column needed", column=name, dataset_type=schema.dataset_type)


def excluded_columns(config: TrainingDataConfig | None, records: Records, known: Columns) -> Columns:
    """What a training leaves out.

    Columns that a replaced schema has brought since the configuration was made (those not in ``known``) do not count
    for it (developer guide, replacing a schema). A dataset that was not there then takes part as a whole.
    """
    excluded = {kind: present - known[kind] for kind, present in present_columns(records).items() if kind in known}
    if config is not None:
        for kind, names in _upper(config.excluded_dataset_columns or {}).items():
            excluded[kind] = excluded.get(kind, frozenset()) | _matching(records, kind, names)
        for kind, names in _upper(config.included_dataset_columns or {}).items():
            others = _matching(records, kind, None) - _matching(records, kind, names) - NEVER_EXCLUDED
            excluded[kind] = excluded.get(kind, frozenset()) | others
    return {kind: names for kind, names in excluded.items() if names}


def _upper(columns: Mapping[str, tuple[str, ...]]) -> Columns:
    return {kind.upper(): frozenset(name.upper() for name in names) for kind, names in columns.items()}


def _matching(records: Records, kind: str, names: frozenset[str] | None) -> frozenset[str]:
    """The columns of a dataset with such a name in any case; none when the dataset has gone."""
    schema = records.schemas.get(kind)
    fields = () if schema is None else schema.fields
    return frozenset(field.name for field in fields if names is None or field.name.upper() in names)
