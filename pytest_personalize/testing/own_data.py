"""The caller's own rows, in whatever form they come: as CSV files, with the schemas that fit them.

Data frames are known by their methods, so that neither pandas nor polars is loaded here.
"""

from __future__ import annotations

import hashlib
import json
import marshal
import os
from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum
from itertools import chain
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from pytest_personalize.data.csv_file import read_records
from pytest_personalize.data.export import csv_text
from pytest_personalize.data.inferring import Cell, as_cells, schema_text
from pytest_personalize.data.schema_rules import DATASET_TYPES
from pytest_personalize.nearest import hint
from pytest_personalize.recommenders.recipes import RECIPES
from pytest_personalize.testing.building import Plan
from pytest_personalize.testing.sample_data import FIRST

Given = bytes | list[Any] | dict[str, list[Any]]
"""The text of a CSV file, rows, or the columns of a frame."""
Columns = dict[str, list[Cell]]

ARGUMENTS: Final = tuple(kind.lower() for kind in DATASET_TYPES)
"""What own data are given as: ``interactions``, ``items`` and so on."""

_PLAIN: Final = frozenset({str, int, bool, type(None)})
_MISSING: Final = frozenset({"NAType", "NaTType"})
"""What pandas has for a missing value, beside NaN."""


@frozen(kw_only=True, eq=False)
class OwnData:
    """Own data and what is to be made of them; nothing is looked at yet."""

    given: Mapping[str, Given]
    domain: str | None
    schemas: Mapping[str, str]
    filters: Mapping[str, str]
    recipes: Sequence[str]

    def digest(self) -> str:
        """The same for equal data and options, whatever objects they are in, and another one after any change.

        The quick form depends on which equal objects are one and the same; the slow one, which does not, is made only
        where the quick one was never seen.
        """
        options = (self.domain, dict(self.schemas), dict(self.filters), tuple(self.recipes))
        given = dict(self.given)
        try:
            look = _hash(marshal.dumps((given, options)))
        except ValueError:  # objects that marshal does not know
            return _hash(marshal.dumps(({kind: _written(kind, one) for kind, one in given.items()}, options), 0))
        if look not in _DIGESTS:
            if len(_DIGESTS) >= MOST_DIGESTS:
                _DIGESTS.clear()
            _DIGESTS[look] = _hash(marshal.dumps((given, options), 0))
        return _DIGESTS[look]

    def plan(self) -> Plan:
        """How it is built: the files, and for each the schema that was given or fits it."""
        columns = {kind: _columns(kind, given) for kind, given in self.given.items()}
        return Plan(
            domain=self.domain,
            schemas={
                kind: self.schemas.get(kind) or schema_text(kind, self.domain, found) for kind, found in columns.items()
            },
            files={
                kind: given if isinstance(given := self.given[kind], bytes) else _file(found)
                for kind, found in columns.items()
            },
            filters=self.filters,
            recipes=self.recipes,
        )


MOST_DIGESTS: Final = 1000
_DIGESTS: Final[dict[str, str]] = {}


def _hash(data: bytes) -> str:
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()  # the quickest one


def own_data(
    sources: Mapping[str, object],
    *,
    domain: str | None,
    schemas: Mapping[str, str | Mapping[str, Any]],
    filters: Mapping[str, str],
    recipes: Iterable[str],
) -> OwnData:
    """Take what the caller gives, by argument; ``ValueError`` for unknown recipes or schemas of no data."""
    texts = {}
    if isinstance(recipes, str):
        raise TypeError(f"recipes must be a list of names, not the text {recipes!r}")
    for name, schema in schemas.items():
        if name.lower() not in ARGUMENTS:
            raise ValueError(f"no dataset {name!r} to have a schema; {hint(name, ARGUMENTS)}")
        texts[name.upper()] = schema if isinstance(schema, str) else json.dumps(schema)
    return OwnData(
        given={
            kind: _taken(kind, source) for kind in DATASET_TYPES if (source := sources.get(kind.lower())) is not None
        },
        domain=domain,
        schemas=texts,
        filters=filters,
        recipes=[_recipe(recipe) for recipe in recipes],
    )


def _recipe(name: str) -> str:
    """The name of a recipe, of which the ARN will do as well."""
    found = name.rpartition("/")[2]
    if found not in RECIPES:
        raise ValueError(f"no recipe {name!r}; {hint(found, RECIPES)}")
    return found


def _taken(kind: str, source: Any) -> Given:
    """What was given, read as far as it takes to know whether it was there before."""
    if isinstance(source, bytes):
        return source
    if isinstance(source, str) and "\n" in source:
        return source.encode()
    if isinstance(source, str | os.PathLike):
        return Path(source).read_bytes()
    if hasattr(source, "collect"):  # a lazy frame of polars
        source = source.collect()
    if hasattr(source, "columns") and hasattr(source, "shape"):
        names = list(map(str, source.columns))
        if len(set(names)) < len(names):  # pandas lets them
            raise ValueError(f"{kind.lower()} has columns of the same name: {', '.join(names)}")
        return {str(name): source[name].to_list() for name in source.columns}
    if isinstance(source, Mapping) or not isinstance(source, Iterable):
        raise TypeError(f"{kind.lower()} must be rows, a frame, a path or CSV text, not {type(source).__name__}")
    return list(source)


def _columns(kind: str, given: Given) -> Columns:
    """The values by column, None where there is none."""
    if isinstance(given, bytes):
        return _of_csv(given)
    if isinstance(given, dict):
        return {name: _without_gaps([_cell(value) for value in values]) for name, values in given.items()}
    if not given:
        raise ValueError(f"{kind.lower()} has no rows")
    if all(isinstance(row, Mapping) for row in given):
        names = dict.fromkeys(chain.from_iterable(given))
        return {str(name): [_cell(row.get(name)) for row in given] for name in names}
    return _of_pairs(kind, given)


def _of_csv(data: bytes) -> Columns:
    """What a CSV file means, as far as it can be read: what is wrong with it, the import says."""
    records, _ = read_records(data.decode("utf-8-sig", errors="replace"), strict=False)
    header, *rows = records or [[]]
    columns = zip(*(row for row in rows if len(row) == len(header)), strict=True)
    read = dict(zip(header, columns, strict=False))
    return {name: list(as_cells(read.get(name, ()))) for name in header}


def _of_pairs(kind: str, pairs: Sequence[Any]) -> Columns:
    """Interactions that are only users and items, a second apart."""
    for number, pair in enumerate(pairs):
        if kind != "INTERACTIONS" or not isinstance(pair, Sequence) or isinstance(pair, str) or len(pair) != 2:
            wanted = "a mapping or a pair of user and item" if kind == "INTERACTIONS" else "a mapping"
            raise TypeError(f"row {number} of {kind.lower()} is {pair!r}, and has to be {wanted}")
    users, items = zip(*pairs, strict=True)
    times: list[Cell] = list(range(FIRST, FIRST + len(pairs)))
    return {"USER_ID": list(map(_cell, users)), "ITEM_ID": list(map(_cell, items)), "TIMESTAMP": times}


def _without_gaps(cells: list[Cell]) -> list[Cell]:
    """Whole numbers again, where a frame has made fractions of them to have room for missing ones."""
    numbers = [cell for cell in cells if cell is not None]
    if len(numbers) == len(cells) or not all(isinstance(cell, float) and cell.is_integer() for cell in numbers):
        return cells
    return [None if cell is None else int(cell) for cell in cells]


def _cell(value: Any) -> Cell:
    """A value as it can stand in a CSV file: times in epoch seconds, several values with bars between them."""
    if type(value) in _PLAIN:
        found: Cell = value if value != "" else None
        return found
    if isinstance(value, float | Decimal):
        return float(value) if value == value else None
    if type(value).__name__ in _MISSING:
        return None
    if isinstance(value, date):
        moment = value if isinstance(value, datetime) else datetime.combine(value, time())
        return int(moment.timestamp() if moment.tzinfo else moment.replace(tzinfo=UTC).timestamp())
    if isinstance(value, Enum):
        return _cell(value.value)
    if isinstance(value, str):
        return str(value) or None
    if isinstance(value, bytes):
        return value.decode() or None
    if hasattr(value, "tolist"):  # numbers and arrays of numpy
        return _cell(value.tolist())
    if isinstance(value, Sequence | Set):
        parts = sorted(map(str, value)) if isinstance(value, Set) else map(str, value)
        return "|".join(parts) or None
    return str(value)


def _file(columns: Columns) -> bytes:
    return csv_text(list(columns), zip(*columns.values(), strict=True)).encode()


def _written(kind: str, given: Given) -> bytes:
    return given if isinstance(given, bytes) else _file(_columns(kind, given))
