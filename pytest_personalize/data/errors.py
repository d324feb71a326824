"""What can be wrong with schemas, data files, properties and object stores."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

from pytest_personalize.failure import Failure

StoreReason = Literal["malformed", "missing bucket", "missing key", "denied", "empty", "unavailable"]


class DataError(Failure):
    """Data that the service refuses; the text names the place as far as it is known.

    Args:
        problem: What is wrong, and what was expected.
        file: Name or address of the file.
        line: Physical line in that file, the header being line 1.
        column: Name of the column or schema field.
    """

    def __init__(
        self, problem: str, *, file: str | None = None, line: int | None = None, column: str | None = None
    ) -> None:
        self.problem = problem
        self.file = file
        self.line = line
        self.column = column
        places = [
            text
            for text, known in ((file, file), (f"line {line}", line), (f"column {column}", column))
            if known is not None
        ]
        super().__init__(f"{problem} ({', '.join(map(str, places))})" if places else problem)


@frozen(kw_only=True)
class SchemaProblem:
    """One rule that a schema breaks.

    Args:
        text: What is wrong, and what was expected.
        code: The rule in a word or two, such as "field-type".
        field: The field that breaks it, where it is one.
        line, place: Where it is in the text of a schema that is no JSON, both counted from 1.
    """

    text: str
    code: str
    field: str | None = None
    line: int | None = None
    place: int | None = None


class SchemaError(DataError):
    """A schema breaks one or more of the rules; every broken rule is in the text, and in ``problems``."""

    def __init__(self, text: str, *problems: SchemaProblem) -> None:
        super().__init__(text)
        self.problems = problems or (SchemaProblem(text=text, code="schema"),)


class CsvError(DataError):
    """A CSV file does not fit the schema, or is no well-formed CSV file.

    Args:
        problem, file, line, column: As for all data.
        code: The kind of fault in a word, such as "wrong-type".
        row: The line itself.
        place: The character in that line, counted from 1, at which the value begins.
    """

    def __init__(
        self,
        problem: str,
        *,
        code: str,
        file: str,
        line: int | None = None,
        column: str | None = None,
        row: str | None = None,
        place: int | None = None,
    ) -> None:
        super().__init__(problem, file=file, line=line, column=column)
        self.code = code
        self.row = row
        self.place = place


class PropertiesError(DataError):
    """The ``properties`` of a put record or event do not fit the schema."""


class StoreError(DataError):
    """An object cannot be read or written.

    Args:
        problem: What is wrong.
        reason: The kind of trouble, for callers that must tell them apart.
        uri: Address of the object or folder.
    """

    def __init__(self, problem: str, *, reason: StoreReason, uri: str | None = None) -> None:
        super().__init__(problem, file=uri)
        self.reason: StoreReason = reason
