"""The guard: no call of the three services leaves for the real ones unless it is meant to."""

from __future__ import annotations

from typing import Final

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class RealPersonalizeCallBlocked(RuntimeError):
    """A client was about to call the real Amazon Personalize while no mock was active."""

    def __init__(self, service: str, operation: str, host: str) -> None:
        super().__init__(service, operation, host)
        self.service = service
        self.operation = operation
        self.host = host

    def __str__(self) -> str:
        return (
            f"{self.operation} of a {self.service!r} client was about to leave for {self.host}: "
            f"no mock of Amazon Personalize is active here. "
            f"Ask for the personalize_backend fixture, or put @mock_personalize or 'with mock_personalize():' around "
            f"the call. If it is meant for the real service, mark the test with "
            f"@pytest.mark.mock_personalize(passthrough=True), or allow all real calls with "
            f"--personalize-allow-network or with personalize_block_network = false in the ini file."
        )
