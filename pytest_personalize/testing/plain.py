"""Objects as plain JSON values, and back: what a saved backend is made of.

A JSON value stands for itself, an object without a ``$`` for a dictionary. All else is an object with one of these
keys:

- ``{"$": "Campaign", ...}``: an attrs object, by the name of its class, and its attributes;
- ``{"$tuple": [...]}``, ``{"$set": [...]}``, ``{"$frozenset": [...]}``;
- ``{"$map": [[key, value], ...]}``: a dictionary whose keys are not all texts without a ``$``;
- ``{"$number": "nan"}``, also ``inf`` and ``-inf``;
- ``{"$text": "..."}``, ``{"$bytes": "..."}``: bytes that are UTF-8, and others in base64;
- ``{"$recipe": "aws-sims"}``, ``{"$schema": "...", "domain": ...}``: by name, and by the text of the schema;
- ``{"$table": last, "rows": [[serial, resource], ...]}``: a table with the serial numbers of its resources;
- ``{"$named": [what, names, aliases]}``: ARNs or rows by name, as a seeded group has them;
- ``{"$shared": 3}``: number 3 of the pool, where what several objects share is kept once: ``{"$array": "I", "values":
  [...]}`` (null for NaN) and ``{"$ids": [...]}``, a table of ids.

Classes are found by their names in the modules listed below, so that none needs a converter of its own. Models are not
kept: they are trained again from what they saw, when they are first asked.
"""

from __future__ import annotations

import base64
import sys
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from math import isfinite, nan
from typing import Any, Final

import attrs

from pytest_personalize.data.avro import Schema, parse_schema
from pytest_personalize.data.entities import EntityTable
from pytest_personalize.data.ids import IdTable
from pytest_personalize.data.records import Records
from pytest_personalize.recommenders import RECIPES, Model, Recipe, Settings, fit
from pytest_personalize.service.kernel.tables import Table
from pytest_personalize.service.kernel.trained import Trained, mark_of
from pytest_personalize.testing.seeded import Named

Plain = Any

MODULES: Final = (
    "pytest_personalize.data.",
    "pytest_personalize.recommenders.model",
    "pytest_personalize.service.answering.",
    "pytest_personalize.service.control.",
    "pytest_personalize.service.jobs.",
    "pytest_personalize.service.kernel.",
    "pytest_personalize.testing.faults",
    "pytest_personalize.testing.seeded",
)
"""Where the classes are that may be kept."""

DERIVED: Final[Mapping[str, frozenset[str]]] = {
    "EventLog": frozenset({"_by_user", "_shared"}),
    "EntityTable": frozenset({"_rows", "_shared"}),
    "TextColumn": frozenset({"_members"}),
    "Trained": frozenset({"model", "mark"}),
}
"""Class to attributes that follow from the others."""


@cache
def classes() -> Mapping[str, type[Any]]:
    """The attrs classes that may be kept, by name."""
    modules = [module for name, module in sys.modules.items() if name.startswith(MODULES)]
    found = (value for module in modules for value in vars(module).values() if isinstance(value, type))
    return {cls.__name__: cls for cls in found if attrs.has(cls) and cls.__module__.startswith(MODULES)}


class Encoder:
    """Makes values plain; ``pool`` fills up with what they share."""

    def __init__(self) -> None:
        self.pool: list[Plain] = []
        self._places: dict[int, int] = {}
        self._versions: dict[int, int] = {}
        self._kept_alive: list[object] = []  # or else the ids of two of them might be the same
        self._by_type: dict[type, Callable[[Any], Plain]] = {
            **dict.fromkeys((type(None), bool, int, str), lambda value: value),
            float: lambda value: value if isfinite(value) else {"$number": str(value)},
            list: lambda value: [self.encode(item) for item in value],
            tuple: lambda value: {"$tuple": [self.encode(item) for item in value]},
            set: lambda value: {"$set": [self.encode(item) for item in sorted(value)]},
            frozenset: lambda value: {"$frozenset": [self.encode(item) for item in sorted(value)]},
            bytes: _bytes,
            Recipe: lambda value: {"$recipe": value.name},
            Schema: lambda value: {"$schema": value.text, "domain": value.domain},
            array: lambda value: self._shared(value, lambda: {"$array": value.typecode, "values": _numbers(value)}),
            # Copies of a table of ids share what is inside.
            IdTable: lambda value: self._shared(value._indexes, lambda: {"$ids": list(value)}),
            Table: self._table,
            Named: lambda value: {"$named": [value._what, self.encode(dict(value._values)), dict(value._aliases)]},
        }

    def encode(self, value: Any) -> Plain:
        """The value as JSON knows it; ``TypeError`` for what is not meant to be kept."""
        known = self._by_type.get(type(value))
        if known is not None:
            return known(value)
        if type(value).__name__ in classes():
            return self._attributes(value)
        if isinstance(value, Mapping):
            return self._mapping(value)
        if isinstance(value, Sequence):
            return {"$tuple": [self.encode(item) for item in value]}
        raise TypeError(f"{type(value).__name__} cannot be kept")

    def _attributes(self, value: Any) -> Plain:
        left_out = DERIVED.get(type(value).__name__, frozenset())
        names = [field.name for field in attrs.fields(type(value)) if field.name not in left_out]
        plain = {"$": type(value).__name__} | {name: self.encode(getattr(value, name)) for name in names}
        if isinstance(value, EntityTable):
            plain["version"] = self._versions.setdefault(value.version, len(self._versions) + 1)
        return plain

    def _mapping(self, value: Mapping[Any, Any]) -> Plain:
        if all(isinstance(key, str) and not key.startswith("$") for key in value):
            return {key: self.encode(item) for key, item in value.items()}
        return {"$map": [[self.encode(key), self.encode(item)] for key, item in value.items()]}

    def _table(self, value: Table[Any]) -> Plain:
        last, rows = value.state()
        return {"$table": last, "rows": [[serial, self.encode(resource)] for serial, resource in rows]}

    def _shared(self, value: object, plain: Callable[[], Plain]) -> Plain:
        place = self._places.get(id(value))
        if place is None:
            place = self._places[id(value)] = len(self.pool)
            self._kept_alive.append(value)
            self.pool.append(plain())
        return {"$shared": place}


def _bytes(value: bytes) -> Plain:
    try:
        return {"$text": value.decode()}
    except UnicodeDecodeError:
        return {"$bytes": base64.b64encode(value).decode()}


def _numbers(values: array[Any]) -> list[Any]:
    if values.typecode != "d":
        return values.tolist()
    return [value if isfinite(value) else None if value != value else str(value) for value in values]


class Decoder:
    """Makes plain values what they were; raises LookupError, TypeError or ValueError and the like for what is none."""

    def __init__(self, pool: Sequence[Plain]) -> None:
        self._versions: dict[int, int] = {}
        self._pool: list[Any] = []
        self._pool += [self.decode(plain) for plain in pool]

    def decode(self, plain: Plain) -> Any:
        """The value that an encoder made this of."""
        if isinstance(plain, list):
            return [self.decode(item) for item in plain]
        if not isinstance(plain, dict):
            return plain
        first = next(iter(plain), "")
        if not first.startswith("$"):
            return {key: self.decode(item) for key, item in plain.items()}
        return _READERS[first](self, plain)

    def each(self, plain: Plain) -> Iterator[Any]:
        """The values that the members of a list were made of."""
        return map(self.decode, plain)

    def shared(self, plain: Plain) -> Any:
        """Number N of the pool; of a table of ids everybody gets a copy."""
        found = self._pool[plain["$shared"]]
        return found.fork() if isinstance(found, IdTable) else found

    def table(self, plain: Plain) -> Table[Any]:
        """A table of resources."""
        return Table.from_state(plain["$table"], ((serial, self.decode(row)) for serial, row in plain["rows"]))

    def object(self, plain: Plain) -> Any:
        """An attrs object."""
        cls = classes()[plain["$"]]
        aliases = {field.name: field.alias for field in attrs.fields(cls)}
        given = {str(aliases[name]): self.decode(value) for name, value in plain.items() if name != "$"}
        if cls is EntityTable:
            # A version is unique in a process; tables that had the same one have the same one again.
            given["version"] = self._versions.setdefault(given["version"], EntityTable().version)
            given["rows"] = {index: row for row, index in enumerate(given["ids"])}
        if "shared" in aliases.values():
            given["shared"] = True
        if cls is Trained:
            seen = given["seen"] or given["view"]
            given["model"] = LateModel(given["recipe"], seen, given["settings"])
            given["mark"] = mark_of(seen)
        return cls(**given)


def _array(plain: Plain) -> array[Any]:
    values = plain["values"]
    if plain["$array"] == "d":
        values = [nan if value is None else float(value) for value in values]
    return array(plain["$array"], values)


_READERS: Final[Mapping[str, Callable[[Decoder, Plain], Any]]] = {
    "$": Decoder.object,
    "$tuple": lambda decoder, plain: tuple(decoder.each(plain["$tuple"])),
    "$set": lambda decoder, plain: set(decoder.each(plain["$set"])),
    "$frozenset": lambda decoder, plain: frozenset(decoder.each(plain["$frozenset"])),
    "$map": lambda decoder, plain: {decoder.decode(key): decoder.decode(value) for key, value in plain["$map"]},
    "$number": lambda decoder, plain: float(plain["$number"]),
    "$text": lambda decoder, plain: plain["$text"].encode(),
    "$bytes": lambda decoder, plain: base64.b64decode(plain["$bytes"]),
    "$recipe": lambda decoder, plain: RECIPES[plain["$recipe"]],
    "$schema": lambda decoder, plain: parse_schema(plain["$schema"], plain["domain"]),
    "$table": Decoder.table,
    "$named": lambda decoder, plain: Named(*map(decoder.decode, plain["$named"])),
    "$shared": Decoder.shared,
    "$array": lambda decoder, plain: _array(plain),
    "$ids": lambda decoder, plain: IdTable(plain["$ids"]),
}


class LateModel:
    """A model that is trained when it is first asked; it then is all that the one was that was left out of the file."""

    def __init__(self, recipe: Recipe, records: Records, settings: Settings) -> None:
        self._training = recipe, records, settings

    @cached_property
    def _model(self) -> Model:
        model = fit(*self._training)
        # What requests need is found without a detour from now on.
        self.ranked, self.knows, self.explored = model.ranked, model.knows, model.explored
        return model

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._model, name)

    @property  # type: ignore[misc]  # how proxies do it
    def __class__(self) -> type[Any]:
        """For ``isinstance``, by which models for segments are told from others."""
        return type(self._model)
