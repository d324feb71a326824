"""The HTTP protocol of uvicorn, with the limits that it lacks, and answers that leave in one piece."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from pytest_personalize.server.asgi import DISCONNECT

HEAD_BYTES: Final = 64 * 2**10
HEAD_SECONDS: Final = 10.0
BODY_SECONDS: Final = 60.0
"""Without a byte of the body, where some are missing."""

TOO_LARGE: Final = b"HTTP/1.1 413 Content Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class OneWrite:
    """A transport that writes once in a turn of the loop: head and body of an answer leave together."""

    def __init__(self, transport: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._held: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if not self._held:
            self._loop.call_soon(self._flush)
        self._held.append(data)

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if self._held:
            self._transport.write(b"".join(self._held))
            self._held.clear()


class LimitedProtocol(HttpToolsProtocol):
    """Closes a connection on which a head does not end in ``HEAD_SECONDS``, or a body does not go on.

    A head of more than ``HEAD_BYTES`` is answered 413.
    """

    def connection_made(self, transport: Any) -> None:
        super().connection_made(OneWrite(transport, self.loop))  # type: ignore[arg-type]
        self.part, self.head_bytes = "head", 0
        self.alarm = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def data_received(self, data: bytes) -> None:
        before = self.part
        if before != "body":
            end = data.find(b"\r\n\r\n")
            self.head_bytes += len(data) if end < 0 else end
        if self.head_bytes > HEAD_BYTES:
            self.transport.write(TOO_LARGE)
            self.transport.close()
            return
        super().data_received(data)
        if not before == self.part == "head":  # whose alarm goes on
            self.head_bytes = 0
            self.alarm.cancel()
            if self.part:
                seconds = HEAD_SECONDS if self.part == "head" else BODY_SECONDS
                self.alarm = self.loop.call_later(seconds, self.transport.abort)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.part, self.scope["state"][DISCONNECT] = "head", self.transport.abort

    def on_headers_complete(self) -> None:
        self.part = "body"
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self.part = ""
        super().on_message_complete()
