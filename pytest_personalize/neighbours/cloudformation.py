"""CloudFormation as moto plays it: resources of templates are resources of the backend.

moto looks for the class of a resource by its type. For the types of Amazon Personalize it gets a ``Handler``, which has
the methods that moto calls on such a class, and what a handler makes has the attributes that moto reads of an instance.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

from attrs import define, field, frozen
from moto.cloudformation import parsing
from moto.cloudformation.exceptions import UnformattedGetAttTemplateException, ValidationError

from pytest_personalize.backend import PersonalizeBackend
from pytest_personalize.failure import Failure
from pytest_personalize.neighbours.members import check, members, tags
from pytest_personalize.neighbours.registry import PREFIX, TYPES, ResourceType, lower_first
from pytest_personalize.service.kernel.errors import ServiceError
from pytest_personalize.shapes.errors import error_status
from pytest_personalize.testing.faults import NoAnswer
from pytest_personalize.testing.waiting import PAUSE

GONE: Final = "ResourceNotFoundException"
THROTTLED: Final = "ThrottlingException"

MORE_ATTEMPTS: Final = 2
"""Of a call that is throttled, fails at the server or is lost, as clients of AWS make them."""


def handler(backend: PersonalizeBackend, resource_type: str) -> Handler:
    """What stands in for moto's class of that type; ValidationError for one that CloudFormation does not have."""
    found = TYPES.get(resource_type)
    if found is None:
        known = ", ".join(name.removeprefix(PREFIX) for name in TYPES)
        raise ValidationError(
            message=f"Template format error: Unrecognized resource types: [{resource_type}]; "
            f"CloudFormation has none such, of Amazon Personalize it has {known}"
        )
    return Handler(backend, found)


@define(eq=False)
class Made:
    """A resource of a stack; moto reads the attributes, and sets those of the template itself."""

    handler: Handler
    region: str
    physical_resource_id: str
    properties: dict[str, Any]
    replaced: list[Made] = field(factory=list)
    """Resources in whose place it came: they go when the update of the stack is through."""
    cf_resource_type: str = ""
    logical_resource_id: str = ""

    def get_cfn_attribute(self, name: str) -> str:
        """What ``Fn::GetAtt`` gives."""
        return self.handler.attribute(self, name)

    def is_created(self) -> bool:
        """Yes: making it waits until it is active."""
        return True

    def delete(self, account_id: str, region_name: str) -> None:
        """Delete the resource and wait until it is gone; it may be gone already."""
        self.handler.delete(self.region, self.physical_resource_id)


@frozen
class Handler:
    """Makes, updates and deletes resources of one type, and waits for each, as the handlers of CloudFormation do."""

    backend: PersonalizeBackend
    type: ResourceType

    def has_cfn_attr(self, name: str) -> bool:
        """Whether ``Fn::GetAtt`` has that attribute of the type."""
        return name == self.type.arn_attribute or name in self.type.attributes

    def create_from_cloudformation_json(
        self, resource_name: str, cloudformation_json: Mapping[str, Any], account_id: str, region_name: str, **_: Any
    ) -> Made:
        """Make what a template declares."""
        properties = cloudformation_json["Properties"]
        self._check(properties)
        own = {name: value for name, value in properties.items() if name != "DatasetImportJob"}
        arn = self._call("Create", region_name, members(f"Create{self.type.noun}", own))[self.type.arn_member]
        made = Made(self, region_name, arn, properties)
        try:
            self._wait(arn)
            self._import(made)
        except ValidationError:  # what could not be made whole does not stay
            self.delete(region_name, arn)
            raise
        return made

    def update_from_cloudformation_json(
        self,
        original_resource: Made,
        new_resource_name: str,
        cloudformation_json: Mapping[str, Any],
        account_id: str,
        region_name: str,
    ) -> Made:
        """Change a resource to what a template declares now, or make another one in its place.

        The name of a resource that is to be replaced has to change with it: the new one is made while the old one is
        there.
        """
        old, new = original_resource.properties, cloudformation_json["Properties"]
        self._check(new)
        changed = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
        if changed & self.type.replaces:
            made = self.create_from_cloudformation_json(new_resource_name, cloudformation_json, account_id, region_name)
            made.logical_resource_id = original_resource.logical_resource_id
            made.replaced = [*original_resource.replaced, original_resource]
            return made
        if changed:
            self._update(original_resource, new, changed)
            original_resource.properties = new
        return original_resource

    def delete(self, region: str, arn: str) -> None:
        """Delete a resource and wait until it is gone."""
        name = {self.type.arn_member: arn}
        try:
            self._ask("Delete", region, name)
            while True:
                self._ask("Describe", region, name)
                self.backend.clock.advance(PAUSE)
        except ServiceError as error:
            if error.code != GONE:
                raise self._failed(error) from None

    def attribute(self, made: Made, name: str) -> str:
        """What ``Fn::GetAtt`` gives."""
        if name == self.type.arn_attribute:
            return made.physical_resource_id
        if name not in self.type.attributes:
            raise UnformattedGetAttTemplateException
        described = self._call("Describe", made.region, {self.type.arn_member: made.physical_resource_id})
        value = described[lower_first(self.type.noun)][lower_first(name)]
        return value.isoformat() if isinstance(value, datetime) else str(value)

    def _update(self, made: Made, new: Mapping[str, Any], changed: set[str]) -> None:
        """Only what can be changed in its place."""
        arn = made.physical_resource_id
        if "Tags" in changed:
            keys = [tag["Key"] for tag in made.properties.get("Tags", ())]
            if keys:
                self._call("UntagResource", made.region, {"resourceArn": arn, "tagKeys": keys})
            if new.get("Tags"):
                self._call("TagResource", made.region, {"resourceArn": arn, "tags": tags(new["Tags"])})
        if "DatasetImportJob" in changed:
            self._import(Made(self, made.region, arn, dict(new)))
        settings = changed - {"Tags", "DatasetImportJob"}
        if settings:
            own = {name: new[name] for name in self.type.updates - {"Tags"} if name in new}
            self._call("Update", made.region, {self.type.arn_member: arn} | members(f"Update{self.type.noun}", own))
            self._wait(arn)

    def _import(self, made: Made) -> None:
        """Import into a new dataset, or into one whose import job has changed; wait for the end of it."""
        job = made.properties.get("DatasetImportJob")
        if job:
            request = members("CreateDatasetImportJob", job) | {"datasetArn": made.physical_resource_id}
            request.pop("datasetImportJobArn", None)
            self._wait(self._call("CreateDatasetImportJob", made.region, request)["datasetImportJobArn"])

    def _check(self, properties: Mapping[str, Any]) -> None:
        try:
            check(self.type, properties)
        except Failure as failure:
            text = f"Properties validation failed for resource of type {self.type.name} with message: {failure.message}"
            raise ValidationError(message=text) from None

    def _wait(self, arn: str) -> None:
        try:
            self.backend.wait(arn)
        except RuntimeError as failed:
            raise ValidationError(message=f"Resource handler returned message: {str(failed)!r}") from None

    def _call(self, verb: str, region: str, request: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return self._ask(verb, region, request)
        except ServiceError as error:
            raise self._failed(error) from None

    def _ask(self, verb: str, region: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Call the operation of that verb for this type, or the one of that name."""
        name = f"{verb}{self.type.noun}" if verb in ("Create", "Describe", "Update", "Delete") else verb
        attempt = partial(self.backend._door.call, "personalize", name, region, json.dumps(request))
        for _ in range(MORE_ATTEMPTS):
            try:
                return attempt()
            except ServiceError as error:
                if error.code != THROTTLED and error_status("personalize", error.code) < 500:
                    raise
            except NoAnswer:
                pass
        try:
            return attempt()
        except NoAnswer as lost:
            raise ValidationError(message=f"Resource handler returned message: {lost.text!r}") from None

    def _failed(self, error: ServiceError) -> ValidationError:
        said = f"{error.message} (Service: Personalize, Error: {error.code})"
        return ValidationError(message=f"Resource handler returned message: {said!r}")


def settle(stack: Any) -> None:
    """The end of an update of a stack, a ``ResourceMap`` of moto.

    moto updates what is written differently in the new template. What only refers to something that was replaced is
    updated here, and then what was replaced is deleted.
    """
    while _update_what_refers(stack):
        pass
    replaced = []
    for made in _made(stack).values():
        declared = stack._resource_json_map[made.logical_resource_id]
        if declared.get("UpdateReplacePolicy") != "Retain":
            replaced += made.replaced
        made.replaced = []
    while replaced:
        replaced = _delete_what_goes(replaced)


def _made(stack: Any) -> dict[str, Made]:
    """What is in the template; moto keeps what it has deleted."""
    return {
        name: one
        for name, one in stack._parsed_resources.items()
        if name in stack._resource_json_map and isinstance(one, Made)
    }


def _update_what_refers(stack: Any) -> bool:
    changed = False
    for name, made in _made(stack).items():
        declared = stack._resource_json_map[name]
        now = parsing.parse_and_update_resource(name, declared, stack, stack._account_id, stack._region_name)
        stack._parsed_resources[name] = now
        changed = changed or now is not made
    return changed


def _delete_what_goes(replaced: list[Made]) -> list[Made]:
    """What is left, because another one is in it; ValidationError when none of it can be deleted."""
    left, refusal = [], None
    for made in replaced:
        try:
            made.handler.delete(made.region, made.physical_resource_id)
        except ValidationError as error:
            refusal = error
            left.append(made)
    if refusal is not None and len(left) == len(replaced):
        raise refusal
    return left
