"""JSON texts that callers send."""

from __future__ import annotations

import json
from typing import Any, Final, NoReturn


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


_decode: Final = json.JSONDecoder(parse_constant=_refuse_constant).raw_decode
"""JSON without the NaN and Infinity that Python adds to it.

It knows no blanks around: ``decode`` does, and takes twice as long, for the regular expressions that it finds them by.
"""
_BLANKS: Final = " \t\n\r"


def read_json(text: str) -> Any:
    """What a JSON text says.

    Raises:
        ValueError: It is none, is nested too deeply, or holds half a character (a lone surrogate), which could never
            be written again.
    """
    try:
        text = text.lstrip(_BLANKS)
        value, end = _decode(text)
        if end < len(text) and text[end:].strip(_BLANKS):
            raise json.JSONDecodeError("Extra data", text, end)
        if "\\ud" in text or "\\uD" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return value
