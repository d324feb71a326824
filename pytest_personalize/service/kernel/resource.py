"""What all resources share: an ARN, a status, two times, a parent."""

from __future__ import annotations

from typing import ClassVar, TypeVar

import attrs
from attrs import field, frozen

T = TypeVar("T")

ACTIVE = "ACTIVE"
CREATE_PENDING = "CREATE PENDING"
CREATE_FAILED = "CREATE FAILED"


@frozen(kw_only=True, slots=False)
class Resource:
    """One resource as the service describes it; a change makes a new object.

    Without slots, as a frozen class with slots takes thrice as long to make, and resources are made at every step.

    ``kind`` is the resource type as ARNs write it (``dataset-group``), ``arn_kind`` what ARNs write where that is
    something else (a solution version's ARN says ``solution``), ``arn_field`` the member that holds the ARN,
    ``parent_field`` the member by which lists filter it, ``blocks_parent`` whether the parent cannot be deleted while
    this exists, ``goes_with_parent`` whether it is deleted together with it, ``newest_first`` whether lists begin with
    the newest. ``declared`` is what is there only because a test declared its answers: it was made of nothing.
    """

    kind: ClassVar[str]
    arn_kind: ClassVar[str | None] = None
    arn_field: ClassVar[str]
    parent_field: ClassVar[str | None] = None
    blocks_parent: ClassVar[bool] = False
    goes_with_parent: ClassVar[bool] = False
    newest_first: ClassVar[bool] = False

    status: str = ACTIVE
    failure_reason: str | None = field(default=None)
    creation_date_time: float
    last_updated_date_time: float
    declared: bool = False

    @property
    def arn(self) -> str:
        """The ARN, whatever its member is called."""
        value: str = getattr(self, self.arn_field)
        return value

    @property
    def key(self) -> str:
        """What its ARN has after the kind: the name of a campaign, ``films/INTERACTIONS`` for a dataset."""
        return self.arn.split(":", 5)[5].partition("/")[2]

    def __repr__(self) -> str:
        reason = f": {self.failure_reason}" if self.failure_reason else ""
        declared = ", declared" * self.declared
        return f"<{self.kind} {self.key!r} {self.status or 'without a status'}{declared}{reason}>"

    @property
    def parent_arn(self) -> str | None:
        """The ARN by which ``List*`` finds this resource, if it has such a parent."""
        return None if self.parent_field is None else getattr(self, self.parent_field)


@frozen(kw_only=True)
class Update:
    """How far the latest update of a resource is, whose values a class of its family adds."""

    status: str = ""
    failure_reason: str | None = None
    creation_date_time: float
    last_updated_date_time: float


def evolved(instance: T, **changes: object) -> T:
    """What ``attrs.evolve`` gives, in a tenth of its time for resources: every step of every status goes by here."""
    if not isinstance(instance, Resource):
        changed: T = attrs.evolve(instance, **changes)  # type: ignore[misc]
        return changed
    new = object.__new__(type(instance))
    object.__setattr__(new, "__dict__", instance.__dict__ | changes)
    return new
