"""Where calls of botocore clients meet the mock; importing it brings hook, net and guard into their places."""

from pytest_personalize.interception import places  # noqa: F401, which puts them there
from pytest_personalize.interception.activations import ACTIVATIONS, Activation, Sight, active_backend
from pytest_personalize.interception.guard import RealPersonalizeCallBlocked

__all__ = [
    "ACTIVATIONS",
    "Activation",
    "RealPersonalizeCallBlocked",
    "Sight",
    "active_backend",
]
