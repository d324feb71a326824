"""Columns of values, one entry a row, with room for null."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from functools import partial
from itertools import compress
from typing import Protocol, Self

from attrs import define, field

from pytest_personalize.data.avro import WHOLE_TYPES, Field
from pytest_personalize.data.ids import IdTable

Value = int | float | str | bool | None

NULL_INTEGER = -(2**63)
"""Stands for null in a column of whole numbers that may be null; the smallest long is lost to it there."""

NULL_FLOAT = float("nan")
NULL_BOOLEAN = 2

_BOOLEANS: tuple[bool | None, ...] = (False, True, None)


class Column(Protocol):
    """What all columns can do."""

    def get(self, row: int) -> Value:
        """The value in a row, None for null."""

    def append(self, value: Value) -> None:
        """Add a row."""

    def extend(self, other: Self) -> None:
        """Add the rows of another column, which began as ``empty()`` or a selection of this one."""

    def fill(self, rows: int) -> None:
        """Add rows of null."""

    def copy(self) -> Self:
        """An independent copy."""

    def empty(self) -> Self:
        """A column of the same kind without rows, to be handed to ``extend`` later."""

    def select(self, mask: Sequence[object]) -> Self:
        """A new column of the rows whose mask entry is true."""

    def __len__(self) -> int: ...


@define
class NumberColumn:
    """Numbers of the types int and long (``array('q')``) or float and double (``array('d')``, NaN for null)."""

    whole: bool
    values: array[int] | array[float] = field()
    null: int | None = None
    """The entry that stands for null, None where every whole number stands for itself."""

    @values.default
    def _no_values(self) -> array[int] | array[float]:
        return array("q") if self.whole else array("d")

    def get(self, row: int) -> int | float | None:
        """The number in a row, None for null."""
        value = self.values[row]
        return None if value != value or value == self.null else value

    def append(self, value: Value) -> None:
        """Add a row."""
        if value is None:
            self.fill(1)
        else:
            self.values.append(value)  # type: ignore[arg-type]  # array() refuses what is no number

    def extend(self, other: NumberColumn) -> None:
        """Add the rows of another column of the same kind."""
        self.values.extend(other.values)  # type: ignore[arg-type]

    def fill(self, rows: int) -> None:
        """Add rows of null."""
        null = array("q", (NULL_INTEGER,)) if self.whole else array("d", (NULL_FLOAT,))
        self.values.extend(null * rows)  # type: ignore[arg-type]

    def copy(self) -> NumberColumn:
        """An independent copy."""
        return NumberColumn(self.whole, self.values[:], self.null)

    def empty(self) -> NumberColumn:
        """A column of the same kind without rows."""
        return NumberColumn(self.whole, null=self.null)

    def select(self, mask: Sequence[object]) -> NumberColumn:
        """A new column of the rows whose mask entry is true."""
        return NumberColumn(self.whole, array(self.values.typecode, compress(self.values, mask)), self.null)

    def __len__(self) -> int:
        return len(self.values)


@define
class BooleanColumn:
    """Truth values: 0, 1, or 2 for null."""

    values: array[int] = field(factory=partial(array, "B"))

    def get(self, row: int) -> bool | None:
        """The value in a row, None for null."""
        return _BOOLEANS[self.values[row]]

    def append(self, value: Value) -> None:
        """Add a row."""
        self.values.append(NULL_BOOLEAN if value is None else bool(value))

    def extend(self, other: BooleanColumn) -> None:
        """Add the rows of another column."""
        self.values.extend(other.values)

    def fill(self, rows: int) -> None:
        """Add rows of null."""
        self.values.extend(array("B", (NULL_BOOLEAN,)) * rows)

    def copy(self) -> BooleanColumn:
        """An independent copy."""
        return BooleanColumn(self.values[:])

    def empty(self) -> BooleanColumn:
        """A column without rows."""
        return BooleanColumn()

    def select(self, mask: Sequence[object]) -> BooleanColumn:
        """A new column of the rows whose mask entry is true."""
        return BooleanColumn(array("B", compress(self.values, mask)))

    def __len__(self) -> int:
        return len(self.values)


@define
class TextColumn:
    """Strings, each distinct one kept once: ``codes`` are indexes into ``vocabulary``, and code 0 is null."""

    categorical: bool
    codes: array[int] = field(factory=partial(array, "I"))
    vocabulary: IdTable = field(factory=lambda: IdTable(("",)))
    _members: dict[int, tuple[str, ...]] = field(factory=dict, eq=False, repr=False)

    def get(self, row: int) -> str | None:
        """The string in a row as it was written, None for null."""
        code = self.codes[row]
        return self.vocabulary[code] if code else None

    def members(self, code: int) -> tuple[str, ...]:
        """The values that a code stands for: "Drama|Music" is two of them in a categorical column."""
        members = self._members.get(code)
        if members is None:
            text = self.vocabulary[code]
            members = tuple(filter(None, text.split("|"))) if self.categorical else (text,) if code else ()
            self._members[code] = members
        return members

    def append(self, value: Value) -> None:
        """Add a row; an empty string counts as null, as in a CSV file."""
        self.codes.append(self.vocabulary.intern(str(value)) if value is not None else 0)

    def extend(self, other: TextColumn) -> None:
        """Add the rows of another column, whose vocabulary must have begun as this one's."""
        self.codes.extend(other.codes)
        if len(other.vocabulary) > len(self.vocabulary):
            self.vocabulary = other.vocabulary.fork()

    def fill(self, rows: int) -> None:
        """Add rows of null."""
        self.codes.extend(array("I", (0,)) * rows)

    def copy(self) -> TextColumn:
        """An independent copy."""
        return TextColumn(self.categorical, self.codes[:], self.vocabulary.fork(), self._members.copy())

    def empty(self) -> TextColumn:
        """A column without rows that gives the same texts the same codes."""
        return TextColumn(self.categorical, vocabulary=self.vocabulary.fork())

    def select(self, mask: Sequence[object]) -> TextColumn:
        """A new column of the rows whose mask entry is true, with the same codes."""
        return TextColumn(self.categorical, array("I", compress(self.codes, mask)), self.vocabulary.fork())

    def __len__(self) -> int:
        return len(self.codes)


def column_for(schema_field: Field) -> Column:
    """An empty column for the values of a schema field."""
    if schema_field.type == "string":
        return TextColumn(schema_field.categorical)
    if schema_field.type == "boolean":
        return BooleanColumn()
    whole = schema_field.type in WHOLE_TYPES
    return NumberColumn(whole, null=NULL_INTEGER if whole and schema_field.nullable else None)
