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

Classes and their attributes are those of ``kept``, so that none needs a converter of its own, and nothing is looked up
by a name of the file but in tables of ours. Models are not kept: they are trained again from what they saw, when they
are first asked.
"""

from __future__ import annotations

import base64
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from math import inf, isfinite, nan
from typing import Any, Final, TypeVar

import attrs

from pytest_personalize.data.avro import Schema, parse_schema
from pytest_personalize.data.entities import EntityTable
from pytest_personalize.data.ids import IdTable
from pytest_personalize.data.records import Records
from pytest_personalize.recommenders import RECIPES, Model, Recipe, Settings, fit
from pytest_personalize.service.kernel.tables import Table
from pytest_personalize.service.kernel.trained import Trained, mark_of
from pytest_personalize.testing.kept import attributes, classes
from pytest_personalize.testing.seeded import Named

Plain = Any
T = TypeVar("T")


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
        if classes().get(type(value).__name__) is type(value):
            return self._attributes(value)
        if isinstance(value, Mapping):
            return self._mapping(value)
        raise TypeError(f"{type(value).__name__} cannot be kept")

    def _attributes(self, value: Any) -> Plain:
        cls: Any = type(value)
        plain = {"$": cls.__name__} | {name: self.encode(getattr(value, name)) for name in attributes(cls)}
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
    """Makes plain values what they were; of what an encoder never gives, it raises whatever comes of it."""

    def __init__(self, pool: Sequence[Plain]) -> None:
        self._versions: dict[int, int] = {}
        self._pool = [_POOL[next(iter(plain))](plain) for plain in pool]

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
        return map(self.decode, _checked(plain, list))

    def shared(self, plain: Plain) -> Any:
        """Number N of the pool; of a table of ids everybody gets a copy."""
        place = _checked(plain["$shared"], int)
        if place < 0:
            raise ValueError(f"{place} is no place of the pool")
        found = self._pool[place]
        return found.fork() if isinstance(found, IdTable) else found

    def table(self, plain: Plain) -> Table[Any]:
        """A table of resources."""
        rows = [(_checked(serial, int), self.decode(row)) for serial, row in plain["rows"]]
        return Table.from_state(_checked(plain["$table"], int), rows)

    def object(self, plain: Plain) -> Any:
        """An attrs object, which must have all its attributes."""
        cls = classes()[plain["$"]]
        if attributes(cls).keys() != plain.keys() - {"$"}:
            raise ValueError(f"a {cls.__name__} has {', '.join(attributes(cls))}")
        aliases = {field.name: field.alias for field in attrs.fields(cls)}
        given = {str(aliases[name]): self.decode(value) for name, value in plain.items() if name != "$"}
        if cls is EntityTable:
            # A version is unique in a process; tables that had the same one have the same one again.
            given["version"] = self._versions.setdefault(_checked(given["version"], int), EntityTable().version)
            given["rows"] = {index: row for row, index in enumerate(given["ids"])}
        if "shared" in aliases.values():
            given["shared"] = True
        if cls is Trained:
            seen = given["seen"] or given["view"]
            given["model"] = LateModel(given["recipe"], seen, given["settings"])
            given["mark"] = mark_of(seen)
        return cls(**given)


def _checked(plain: Plain, cls: type[T]) -> T:
    """The value, if it is of that very type; ``TypeError`` otherwise."""
    if type(plain) is not cls:
        raise TypeError(f"{plain!r:.80} is no {cls.__name__}")
    return plain


def _array(plain: Plain) -> array[Any]:
    values = _checked(plain["values"], list)
    if plain["$array"] == "d":
        values = [nan if value is None else float(value) for value in values]
    return array(plain["$array"], values)


def _ids(plain: Plain) -> IdTable:
    texts = [_checked(text, str) for text in _checked(plain["$ids"], list)]
    ids = IdTable(texts)
    if len(ids) != len(texts):
        raise ValueError("a table of ids has distinct texts")
    return ids


_NUMBERS: Final = {str(number): number for number in (nan, inf, -inf)}

_READERS: Final[Mapping[str, Callable[[Decoder, Plain], Any]]] = {
    "$": Decoder.object,
    "$tuple": lambda decoder, plain: tuple(decoder.each(plain["$tuple"])),
    "$set": lambda decoder, plain: set(decoder.each(plain["$set"])),
    "$frozenset": lambda decoder, plain: frozenset(decoder.each(plain["$frozenset"])),
    "$map": lambda decoder, plain: {decoder.decode(key): decoder.decode(value) for key, value in plain["$map"]},
    "$number": lambda decoder, plain: _NUMBERS[plain["$number"]],
    "$text": lambda decoder, plain: plain["$text"].encode(),
    "$bytes": lambda decoder, plain: base64.b64decode(plain["$bytes"], validate=True),
    "$recipe": lambda decoder, plain: RECIPES[plain["$recipe"]],
    "$schema": lambda decoder, plain: parse_schema(plain["$schema"], plain["domain"]),
    "$table": Decoder.table,
    "$named": lambda decoder, plain: Named(*map(decoder.decode, plain["$named"])),
    "$shared": Decoder.shared,
}

_POOL: Final[Mapping[str, Callable[[Plain], Any]]] = {"$array": _array, "$ids": _ids}


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
        if name.startswith("_"):  # asked for by copy, pickle and debuggers, of whatever they meet
            raise AttributeError(name)
        return getattr(self._model, name)

    @property  # type: ignore[misc]  # how proxies do it
    def __class__(self) -> type[Any]:
        """For ``isinstance``, by which models for segments are told from others."""
        return type(self._model)
