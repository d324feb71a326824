"""What a single value may be, whichever way it comes in: the types and the limits of the developer guide."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from pytest_personalize.data.avro import WHOLE_TYPES, Field
from pytest_personalize.data.columns import Value

ID_FIELDS: Final = frozenset({"USER_ID", "ITEM_ID", "ACTION_ID"})

ID_LENGTH: Final = 256
TEXT_LENGTH: Final = 1000
"""Categories and impressions with their bars, and plain strings."""

TEXTUAL_LENGTH: Final = 20_000
TEXTUAL_LENGTH_WIDE: Final = 7_000
"""Where textual values are cut off; the smaller number holds for Chinese and Japanese."""

BOUNDS: Final[dict[str, tuple[float, float]]] = {
    "int": (-(2**31), 2**31 - 1),
    "long": (-(2**63), 2**63 - 1),
    "float": (-3.4028234663852886e38, 3.4028234663852886e38),
    "double": (-1.7976931348623157e308, 1.7976931348623157e308),
}
"""Least and greatest number of each type."""


TRUTH: Final = {"true": True, "false": False}

_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_SHOWN: Final = 60


LEAST_MILLISECONDS: Final = 10**11
"""Timestamps from here on look like milliseconds: as such they begin in 1973, as seconds in the year 5138."""


class Unfit(ValueError):
    """A value does not fit its field; the text says why, ``code`` which rule it is that it breaks."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


def milliseconds(newest: int) -> str | None:
    """What is to be said when timestamps look like milliseconds; they are imported, as at AWS."""
    if not LEAST_MILLISECONDS <= newest < 1000 * LEAST_MILLISECONDS:
        return None
    meant = datetime.fromtimestamp(newest / 1000, UTC)
    return (
        f"TIMESTAMP {newest} is read as seconds, far in the future: is it in milliseconds?"
        f" It would then mean {meant:%Y-%m-%d %H:%M:%S} UTC"
    )


def bounds_of(field: Field) -> tuple[float, float]:
    """The least and the greatest number of this field."""
    low, high = BOUNDS[field.type]
    if field.name == "TIMESTAMP":
        low = 0
    elif field.type == "long" and field.nullable:
        low += 1  # stands for null in its column
    return low, high


def characters_of(field: Field) -> str:
    """What numbers are written with; Python reads more than that (blanks, underscores, "nan", other digits)."""
    if field.name == "TIMESTAMP":
        return "0123456789+"
    return "0123456789+-" if field.type in WHOLE_TYPES else "0123456789+-.eE"


def limit_of(field: Field) -> int | None:
    """The greatest length of a string of this field; None where longer ones are cut off instead."""
    if field.textual:
        return None
    return ID_LENGTH if field.name in ID_FIELDS else TEXT_LENGTH


def too_long(field: Field) -> str:
    """The service's words for a string beyond the limit (quoted in the developer guide, error messages)."""
    return (
        f"Length cannot be more than {limit_of(field)} characters for {field.name}. If no values exceed the"
        " character limit, make sure your data follows the formatting guidelines listed in"
        " https://docs.aws.amazon.com/personalize/latest/dg/data-prep-formatting.html."
    )


def missing(field: Field) -> str:
    """What is said when a field that does not allow null gets none."""
    return f"A value is missing: the schema does not allow null for {field.name} ({field})"


def shortened(text: str) -> str:
    """A textual value, cut off where the service cuts it off."""
    if len(text) <= TEXTUAL_LENGTH_WIDE:
        return text
    return text[: TEXTUAL_LENGTH_WIDE if _WIDE.search(text) else TEXTUAL_LENGTH]


def parse_text(field: Field, text: str) -> Value:
    """Read a value from text; empty text is null.

    Raises:
        Unfit: The text does not fit the field; the message says why.
    """
    if not text:
        if field.nullable:
            return None
        raise Unfit(missing(field), "missing-value")
    if field.type == "string":
        limit = limit_of(field)
        if limit is None:
            return shortened(text)
        if len(text) > limit:
            raise Unfit(too_long(field), "too-long")
        return text
    if field.type == "boolean":
        if text not in TRUTH:
            raise Unfit(misfit(field, text), "wrong-type")
        return TRUTH[text]
    return _parse_number(field, text)


def _parse_number(field: Field, text: str) -> int | float:
    try:
        if not set(text) <= set(characters_of(field)):
            raise ValueError
        number = int(text) if field.type in WHOLE_TYPES else float(text)
    except ValueError:
        raise Unfit(misfit(field, text), "wrong-type") from None
    return check_number(field, number, text)


def check_number(field: Field, number: float, given: object) -> int | float:
    """The number itself, when it is in the bounds of the field's type.

    Raises:
        Unfit: It is not.
    """
    low, high = bounds_of(field)
    if not low <= number <= high:  # NaN is not, and whole numbers may be too long for a float
        raise Unfit(misfit(field, given), "wrong-type")
    return number


def misfit(field: Field, given: object) -> str:
    """What is said when a value is of the wrong type or out of bounds."""
    shown = repr(given) if len(repr(given)) <= _SHOWN else f"{repr(given)[:_SHOWN]}..."
    if field.type == "boolean":
        wanted = "true or false"
    elif field.type == "string":
        wanted = "text"
    else:
        low, high = bounds_of(field)
        kind = "a whole number" if field.type in WHOLE_TYPES else "a number"
        wanted = f"{kind} from {low} to {high}"
    return f"{shown} is no {field.type} for {field.name}: expected {wanted}"
