"""What all resources share: an ARN, a status, two times, a parent."""

from __future__ import annotations

from functools import cache
from operator import attrgetter
from typing import Any, ClassVar, TypeVar

import attrs
from attrs import field, frozen

T = TypeVar("T")

ACTIVE = "ACTIVE"
CREATE_FAILED = "CREATE FAILED"


@frozen(kw_only=True)
class Resource:
    """One resource as the service describes it; a change makes a new object.

    ``kind`` is the resource type as ARNs write it (``dataset-group``), ``arn_kind`` what ARNs write where that is
    something else (a solution version's ARN says ``solution``), ``arn_field`` the member that holds the ARN,
    ``parent_field`` the member by which lists filter it,
    ``blocks_parent`` whether the parent can not be deleted while this exists.
    """

    kind: ClassVar[str]
    arn_kind: ClassVar[str | None] = None
    arn_field: ClassVar[str]
    parent_field: ClassVar[str | None] = None
    blocks_parent: ClassVar[bool] = False

    status: str = ACTIVE
    failure_reason: str | None = field(default=None)
    creation_date_time: float
    last_updated_date_time: float

    @property
    def arn(self) -> str:
        """The ARN, whatever its member is called."""
        value: str = getattr(self, self.arn_field)
        return value

    @property
    def parent_arn(self) -> str | None:
        """The ARN by which ``List*`` finds this resource, if it has such a parent."""
        return None if self.parent_field is None else getattr(self, self.parent_field)


def evolved(instance: T, **changes: object) -> T:
    """What ``attrs.evolve`` gives, in half its time: every step of every status goes through here."""
    cls: type[Any] = type(instance)
    names, values = _fields(cls)  # type: ignore[arg-type]  # mypy takes the class for its instance
    return cls(**{**dict(zip(names, values(instance), strict=True)), **changes})  # type: ignore[no-any-return]


@cache
def _fields(cls: type[Any]) -> tuple[tuple[str, ...], attrgetter[tuple[Any, ...]]]:
    fields = [one for one in attrs.fields(cls) if one.init]
    return tuple(str(one.alias) for one in fields), attrgetter(*(one.name for one in fields))
