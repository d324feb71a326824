"""Who may be called by what name: a browser tells which page it asks for, and which page asks.

A name of an attacker that leads here (DNS rebinding) shows in ``Host``, a page of an attacker that posts here in
``Origin``: neither is known.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

_HOST: Final = re.compile(r"(\[[0-9a-f:.]+\]|[^:\[\]/@?#\s]+)(:\d*)?", re.IGNORECASE)


class Hosts:
    """The names of a server: those of this machine itself, and ``more``, such as the address that it is bound to.

    A scheme or port with one of them is passed over.
    """

    def __init__(self, more: Iterable[str] = ()) -> None:
        self._more = {_plain(_host_of(name if "//" in name else f"//{name}") or name) for name in more}

    def problem(self, headers: Mapping[str, str]) -> str | None:
        """Why a request with these headers is refused, None for one that is not."""
        host, origin = headers.get("host", ""), headers.get("origin")
        found = _HOST.fullmatch(host.strip())
        if found is None or not self._known(found[1]):
            return f"Host {host[:80]!r} is none of this server; serve --allow-host NAME lets it be one"
        if origin is not None and not self._known(_host_of(origin)):
            return f"Origin {origin[:80]!r} is none of this server; serve --allow-host NAME lets it be one"
        return None

    def _known(self, name: str | None) -> bool:
        plain = _plain(name or "")
        if plain in self._more or plain == "localhost" or plain.endswith(".localhost"):
            return True
        with suppress(ValueError):
            return ipaddress.ip_address(plain).is_loopback
        return False


def _plain(name: str) -> str:
    return name.strip().lower().rstrip(".").strip("[]")


def _host_of(origin: str) -> str | None:
    with suppress(ValueError):
        return urlsplit(origin).hostname
    return None
