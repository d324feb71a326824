"""Where the service exists: in which regions a client finds it."""

from __future__ import annotations

from collections.abc import Collection

from pytest_personalize.service.kernel.account import Account
from pytest_personalize.shapes.regions import service_regions
from pytest_personalize.testing.options import checked_region

Setting = str | Collection[str]


class Reach:
    """The regions of a backend: its ``home``, those of the ``setting``, and those where a test put something.

    ``setting`` is ``"aws"`` for the regions that botocore lists, ``"any"``, or names; ``ValueError`` for
    a name that is none.
    """

    def __init__(self, account: Account, home: str, setting: Setting) -> None:
        self._account = account
        self._home = home
        self.setting = setting
        if setting not in ("aws", "any"):
            for name in self._named():
                checked_region(name)

    def __contains__(self, region: str) -> bool:
        if region == self._home or self.setting == "any" or region in self._named():
            return True
        used = self._account.regions.get(region)
        return used is not None and (bool(used.declared) or any(len(table) for _, table in used.tables()))

    def __str__(self) -> str:
        return ", ".join(sorted({self._home, *self._named()}))

    def _named(self) -> Collection[str]:
        if self.setting == "aws":
            return service_regions()
        return self.setting.replace(",", " ").split() if isinstance(self.setting, str) else self.setting
