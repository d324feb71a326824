"""Where calls of botocore clients meet the mock; importing it puts hook and net in their places."""

from pytest_personalize.interception.activations import ACTIVATIONS, Activation, Sight, active_backend
from pytest_personalize.interception.guard import RealPersonalizeCallBlocked
from pytest_personalize.interception.hooks import attach
from pytest_personalize.interception.regions import configured_region

__all__ = [
    "ACTIVATIONS",
    "Activation",
    "RealPersonalizeCallBlocked",
    "Sight",
    "active_backend",
    "attach",
    "configured_region",
]
