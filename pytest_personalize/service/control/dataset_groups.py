"""Dataset groups: the container of datasets, solutions, recommenders and filters.

What keeps a group from being deleted stands with each kind of resource, as ``blocks_parent``; ``Region.delete`` of
``service/kernel/account.py`` goes by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from attrs import frozen

from pytest_personalize.service.kernel.account import Region
from pytest_personalize.service.kernel.admission import admit
from pytest_personalize.service.kernel.errors import refusal
from pytest_personalize.service.kernel.lifecycle import SCRIPTS, Script, creation
from pytest_personalize.service.kernel.lookups import described, listed
from pytest_personalize.service.kernel.operations import operation
from pytest_personalize.service.kernel.resource import ACTIVE, CREATE_FAILED, Resource
from pytest_personalize.service.kernel.state import resource_kind
from pytest_personalize.service.kernel.tagging import Tag


@described
@listed
@resource_kind
@frozen(kw_only=True, slots=False)
class DatasetGroup(Resource):
    """A dataset group; ``domain`` is None for a Custom one."""

    kind: ClassVar[str] = "dataset-group"
    arn_field: ClassVar[str] = "dataset_group_arn"

    name: str
    dataset_group_arn: str
    role_arn: str | None = None
    kms_key_arn: str | None = None
    domain: str | None = None


SCRIPTS["dataset-group", "create"] = creation(5, 40)
# DELETE IN_PROGRESS is not among the states of a dataset group (service model)
SCRIPTS["dataset-group", "delete"] = Script(states=("DELETE PENDING",), seconds=(30,), end=None)


@operation("CreateDatasetGroup")
def create_dataset_group(
    region: Region,
    *,
    name: str,
    role_arn: str | None = None,
    kms_key_arn: str | None = None,
    domain: str | None = None,
    tags: Sequence[Tag] = (),
) -> DatasetGroup:
    """A new group; a role and a KMS key only come together (service model)."""
    if (role_arn is None) != (kms_key_arn is None):
        raise refusal("key and role")
    new = admit(region, DatasetGroup, name, tags=tags)
    group = DatasetGroup(
        name=name,
        dataset_group_arn=new.arn,
        role_arn=role_arn,
        kms_key_arn=kms_key_arn,
        domain=domain,
        **new.beginning,
    )
    return new.enter(group)


@operation("DeleteDatasetGroup")
def delete_dataset_group(region: Region, *, dataset_group_arn: str) -> None:
    """Delete an ACTIVE or failed group that is empty (clean-up scripts of AWS samples give the order)."""
    group = region.find(DatasetGroup, dataset_group_arn, missing="dataset group not found")
    region.delete(group, (ACTIVE, CREATE_FAILED))
