"""The rows of a dataset as mappings, for those who look at them."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_personalize.data.columns import Value
from pytest_personalize.data.records import LOGS, Records

Row = Mapping[str, Value]
"""Values by the field names of the schema, None for null."""


def rows_of(records: Records, dataset_type: str) -> list[Row]:
    """All rows in the order in which they came; of an item, user or action the newest record alone."""
    names = records.schemas[dataset_type].names
    read = _log(records, dataset_type) if dataset_type in LOGS else _table(records, dataset_type)
    return [{name: row[name] for name in names} for row in read]


def _log(records: Records, dataset_type: str) -> list[dict[str, Value]]:
    log, subjects = records.log(dataset_type), records.subjects(dataset_type)
    return [
        {
            "USER_ID": records.users[log.users[row]],
            "ITEM_ID": subjects[log.items[row]],
            "ACTION_ID": subjects[log.items[row]],
            "TIMESTAMP": log.times[row],
            "EVENT_TYPE": log.value(row, "EVENT_TYPE"),
            "EVENT_VALUE": log.value(row, "EVENT_VALUE") if log.has_values else None,
            **{name: column.get(row) for name, column in log.extra.items()},
        }
        for row in range(len(log))
    ]


def _table(records: Records, dataset_type: str) -> list[dict[str, Value]]:
    table, subjects = records.table(dataset_type), records.subjects(dataset_type)
    return [
        {
            **dict.fromkeys(("USER_ID", "ITEM_ID", "ACTION_ID"), subjects[index]),
            **{name: column.get(row) for name, column in table.columns.items()},
        }
        for row, index in enumerate(table.ids)
        if table.row_of(index) == row
    ]
