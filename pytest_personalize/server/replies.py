"""What goes back over HTTP."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen


@frozen
class Reply:
    """An HTTP answer, whole; ``headers`` by their names in small letters, without that of the length."""

    status: int
    headers: Mapping[str, str] = field(factory=dict)
    body: bytes = b""
