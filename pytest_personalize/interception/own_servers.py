"""The HTTP servers of this process: what is sent to them is meant to go over the wire."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

OWN_PORTS: Final[set[int]] = set()
"""Where they listen, at a loopback address."""

LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


def is_own(url: str) -> bool:
    """Whether a request goes to one of them."""
    parts = urlsplit(url)
    return parts.port in OWN_PORTS and parts.hostname in LOOPBACK
