"""The guard: no call of the three services leaves for the real ones unless it is meant to."""

from __future__ import annotations

import re
import socket
from collections.abc import Sequence
from fnmatch import fnmatchcase
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

AWS_DOMAINS: Final = (
    "amazonaws.com",
    "api.aws",
    "amazonaws.com.cn",
    "api.amazonwebservices.com.cn",
    "amazonaws.eu",
    "api.amazonwebservices.eu",
    "c2s.ic.gov",
    "api.aws.ic.gov",
    "sc2s.sgov.gov",
    "api.aws.scloud",
    "cloud.adc-e.uk",
    "api.cloud-aws.adc-e.uk",
    "csp.hci.ic.gov",
    "api.aws.hci.ic.gov",
)
"""The domains of all partitions, each with that of its dual-stack names behind it."""

# VPC endpoints put a name of their own before that of the service.
_SERVICE_HOST: Final = r"(?:.+\.)?(personalize(?:-runtime|-events)?)(?:-fips)?\.[a-z0-9-]+\.(?:vpce\.)?(?:{})".format(
    "|".join(map(re.escape, AWS_DOMAINS))
)
_PRIVATE_DOMAINS: Final = (
    *("localhost", "localhost.localstack.cloud"),  # always this machine
    *("internal", "local", "test", "home.arpa", "lan", "intranet", "corp", "home", "private"),  # RFC 6761, 6762, 8375
)


class RealPersonalizeCallBlocked(RuntimeError):
    """A client was about to call the real Amazon Personalize while no mock was active.

    ``service`` is what the client was made for (``personalize-runtime``), ``operation`` what it called, and ``host``
    where the request would have gone.
    """

    __module__ = "pytest_personalize"  # where it is imported from, in tracebacks

    def __init__(self, service: str, operation: str, host: str) -> None:
        super().__init__(service, operation, host)
        self.service = service
        self.operation = operation
        self.host = host

    def __str__(self) -> str:
        return (
            f"{self.operation} of a {self.service!r} client was about to leave for {self.host}:\n"
            f"no mock of Amazon Personalize is active here.\n"
            f"Ask for the personalize_backend fixture (in one of a module, for module_personalize_backend),\n"
            f"or put @mock_personalize or 'with mock_personalize():' around the call; setUpClass comes\n"
            f"before the mock of a decorated class.\n"
            f"If it is meant for the real service, mark the test with\n"
            f"@pytest.mark.mock_personalize(passthrough=True), or allow all real calls with\n"
            f"--personalize-allow-network or with personalize_block_network = false in the ini file."
        )


class Hosts:
    """Which hosts may be called although the network is blocked.

    ``allowed`` are names that the user lets through, in which ``*`` stands for anything; private ones always pass.
    """

    def __init__(self) -> None:
        self.allowed: Sequence[str] = ()

    def pass_by(self, host: str) -> bool:
        """Whether a call to that host is none of the guard's business."""
        name = _plain(host)
        return is_private(name) or any(fnmatchcase(name, _plain(pattern)) for pattern in self.allowed)


HOSTS: Final = Hosts()


def service_at(host: str) -> str | None:
    """The service, if the host is one of its own: in every partition, dual-stack, FIPS and VPC endpoints."""
    found = re.fullmatch(_SERVICE_HOST, _plain(host))
    return found and found[1]


def is_private(host: str) -> bool:
    """Whether a host is this machine, or has a name or an address that means nothing on the internet."""
    name = _plain(host)
    address = _address(name)
    if address is not None:
        return not address.is_global and not address.is_multicast
    return "." not in name or any(name == domain or name.endswith(f".{domain}") for domain in _PRIVATE_DOMAINS)


def _plain(host: str) -> str:
    return host.lower().strip("[]").removesuffix(".")


def _address(name: str) -> IPv4Address | IPv6Address | None:
    """The address that a host is, in any spelling that a resolver takes for one."""
    try:
        address = ip_address(name.partition("%")[0])
    except ValueError:
        return _short_address(name)
    return getattr(address, "ipv4_mapped", None) or address


def _short_address(name: str) -> IPv4Address | None:
    """``127.1``, ``2130706433`` and ``0x7f.1`` are addresses to a resolver."""
    try:
        return IPv4Address(socket.inet_aton(name))
    except (OSError, UnicodeEncodeError):
        return None
