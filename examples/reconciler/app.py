"""Infrastructure as code for Amazon Personalize: what is there is made to be what a file says.

The file names schemas, datasets, filters, solutions and campaigns of one dataset group, and their tags. A run creates
what is missing, changes what differs, and deletes what the file does not name, in the order that the service asks for.
A run that finds everything as it should be changes nothing.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final, TypedDict

import boto3
from botocore.exceptions import ClientError

SECONDS: Final = 20
"""Between two looks at something that is on its way."""

LOOKS: Final = 180
LISTS: Final = {"filter": "Filters"}
"""Where the member of a list is not called as the rest of the API would have it."""


class Dataset(TypedDict):
    """A dataset; ``fields`` are those of its schema."""

    type: str
    fields: list[dict[str, Any]]


class Solution(TypedDict):
    """A solution; trained by others."""

    recipe: str


class Campaign(TypedDict):
    """A campaign of the newest version of a solution."""

    solution: str
    min_tps: int


class Desired(TypedDict):
    """A dataset group as it is to be: all but its tags by name."""

    name: str
    tags: dict[str, str]
    datasets: dict[str, Dataset]
    filters: dict[str, str]
    solutions: dict[str, Solution]
    campaigns: dict[str, Campaign]


class CannotReconcile(Exception):
    """Something that can neither be made nor changed as desired."""


class Reconciler:
    """Call ``apply`` with what is desired, ``destroy`` to get rid of a whole dataset group."""

    def __init__(self) -> None:
        self.personalize: Any = boto3.client("personalize")
        self.actions: list[str] = []

    def apply(self, desired: Desired) -> list[str]:
        """Make it so, and tell what was done."""
        self.actions = []
        group = self._group(desired)
        self._delete_others(group, desired)
        self._datasets(group, desired)
        self._filters(group, desired)
        self._solutions(group, desired)
        self._campaigns(group, desired)
        return self.actions

    def destroy(self, name: str) -> list[str]:
        """Delete a dataset group and everything in it."""
        self.actions = []
        found = self._list("dataset_group").get(name)
        if found is not None:
            group = found["datasetGroupArn"]
            nothing = Desired(name=name, tags={}, datasets={}, filters={}, solutions={}, campaigns={})
            self._delete_others(group, nothing)
            self._delete("dataset_group", name, group)
        return self.actions

    def _group(self, desired: Desired) -> str:
        found = self._list("dataset_group").get(desired["name"])
        if found is None:
            return self._create("dataset_group", desired["name"], tags=as_tags(desired["tags"]))
        self._tag("dataset_group", desired["name"], found["datasetGroupArn"], desired["tags"])
        return str(found["datasetGroupArn"])

    def _datasets(self, group: str, desired: Desired) -> None:
        present = self._list("dataset", datasetGroupArn=group)
        schemas = self._list("schema")
        for name, dataset in desired["datasets"].items():
            # A schema belongs to the account, so it carries the name of the dataset group.
            schema_name = f"{desired['name']}-{name}"
            schema = schemas.get(schema_name)
            text = as_schema(dataset)
            if schema is None:
                arn = self._create("schema", schema_name, schema=text)
            else:
                arn = schema["schemaArn"]
                described = self.personalize.describe_schema(schemaArn=arn)["schema"]
                if json.loads(described["schema"]) != json.loads(text):
                    raise CannotReconcile(f"schema {schema_name} has other fields; give the dataset another name")
            if name not in present:
                self._create("dataset", name, datasetGroupArn=group, datasetType=dataset["type"], schemaArn=arn)

    def _filters(self, group: str, desired: Desired) -> None:
        present = self._list("filter", datasetGroupArn=group)
        for name, expression in desired["filters"].items():
            if name in present:
                arn = present[name]["filterArn"]
                if self.personalize.describe_filter(filterArn=arn)["filter"]["filterExpression"] == expression:
                    continue
                self._delete("filter", name, arn)  # there is no update of filters
            self._create("filter", name, datasetGroupArn=group, filterExpression=expression)

    def _solutions(self, group: str, desired: Desired) -> None:
        present = self._list("solution", datasetGroupArn=group)
        for name, solution in desired["solutions"].items():
            recipe = f"arn:aws:personalize:::recipe/{solution['recipe']}"
            if name not in present:
                self._create("solution", name, datasetGroupArn=group, recipeArn=recipe, performAutoTraining=False)
            elif present[name]["recipeArn"] != recipe:
                raise CannotReconcile(f"solution {name} has another recipe; give the new one another name")

    def _campaigns(self, group: str, desired: Desired) -> None:
        solutions = self._list("solution", datasetGroupArn=group)
        for name, campaign in desired["campaigns"].items():
            solution = solutions[campaign["solution"]]["solutionArn"]
            versions = self.personalize.list_solution_versions(solutionArn=solution)["solutionVersions"]
            trained = [version for version in versions if version["status"] == "ACTIVE"]
            if not trained:
                continue  # the next run will find one
            newest = max(trained, key=lambda version: version["creationDateTime"])["solutionVersionArn"]
            wanted = {"solutionVersionArn": newest, "minProvisionedTPS": campaign["min_tps"]}
            found = self._list("campaign", solutionArn=solution).get(name)
            if found is None:
                self._create("campaign", name, tags=as_tags(desired["tags"]), **wanted)
                continue
            arn = found["campaignArn"]
            described = self.personalize.describe_campaign(campaignArn=arn)["campaign"]
            if any(described[member] != value for member, value in wanted.items()):
                self.personalize.update_campaign(campaignArn=arn, **wanted)
                self.actions.append(f"update campaign {name}")
                self._wait("campaign", name, arn, part="latestCampaignUpdate")
            self._tag("campaign", name, arn, desired["tags"])

    def _delete_others(self, group: str, desired: Desired) -> None:
        """What leans on something else goes first: campaigns, solutions, filters, datasets, schemas."""
        solutions = self._list("solution", datasetGroupArn=group)
        for solution_name, solution in solutions.items():
            for name, campaign in self._list("campaign", solutionArn=solution["solutionArn"]).items():
                wanted = desired["campaigns"].get(name)
                if wanted is None or wanted["solution"] != solution_name:
                    self._delete("campaign", name, campaign["campaignArn"])
        for name, solution in solutions.items():
            if name not in desired["solutions"]:
                self._delete("solution", name, solution["solutionArn"])
        names: Mapping[str, Collection[str]] = {"filter": desired["filters"], "dataset": desired["datasets"]}
        for kind, kept in names.items():
            for name, found in self._list(kind, datasetGroupArn=group).items():
                if name not in kept:
                    self._delete(kind, name, found[f"{kind}Arn"])
        for name, schema in self._list("schema").items():
            ours, _, dataset = name.partition(f"{desired['name']}-")
            if not ours and dataset and dataset not in desired["datasets"]:
                self._delete("schema", name, schema["schemaArn"])

    def _tag(self, kind: str, name: str, arn: str, wanted: Mapping[str, str]) -> None:
        """Set and remove tags; those that are right already stay untouched."""
        tags = self.personalize.list_tags_for_resource(resourceArn=arn)["tags"]
        present = {tag["tagKey"]: tag["tagValue"] for tag in tags}
        changed = {key: value for key, value in wanted.items() if present.get(key) != value}
        gone = sorted(present.keys() - wanted.keys())
        if changed:
            self.personalize.tag_resource(resourceArn=arn, tags=as_tags(changed))
        if gone:
            self.personalize.untag_resource(resourceArn=arn, tagKeys=gone)
        if changed or gone:
            self.actions.append(f"tag {spoken(kind)} {name}")

    def _list(self, kind: str, **parent: str) -> dict[str, dict[str, Any]]:
        """All resources of a kind, by name."""
        member = LISTS.get(kind, f"{camel(kind)}s")
        pages: Iterator[Any] = self.personalize.get_paginator(f"list_{kind}s").paginate(**parent)
        return {found["name"]: found for page in pages for found in page[member]}

    def _create(self, kind: str, name: str, **members: Any) -> str:
        arn: str = getattr(self.personalize, f"create_{kind}")(name=name, **members)[f"{camel(kind)}Arn"]
        self.actions.append(f"create {spoken(kind)} {name}")
        self._wait(kind, name, arn)
        return arn

    def _delete(self, kind: str, name: str, arn: str) -> None:
        getattr(self.personalize, f"delete_{kind}")(**{f"{camel(kind)}Arn": arn})
        self.actions.append(f"delete {spoken(kind)} {name}")
        for _ in range(LOOKS):
            if self._describe(kind, arn) is None:
                return
            time.sleep(SECONDS)
        raise CannotReconcile(f"{spoken(kind)} {name} does not go away")

    def _wait(self, kind: str, name: str, arn: str, part: str | None = None) -> None:
        """Until it is there; schemas have no status and are there at once."""
        for _ in range(LOOKS):
            described = self._describe(kind, arn) or {}
            state = described[part] if part else described
            if state.get("status", "ACTIVE") == "ACTIVE":
                return
            if state["status"].endswith("FAILED"):
                raise CannotReconcile(f"{spoken(kind)} {name}: {state.get('failureReason')}")
            time.sleep(SECONDS)
        raise CannotReconcile(f"{spoken(kind)} {name} does not become ACTIVE")

    def _describe(self, kind: str, arn: str) -> dict[str, Any] | None:
        try:
            answer = getattr(self.personalize, f"describe_{kind}")(**{f"{camel(kind)}Arn": arn})
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                return None
            raise
        described: dict[str, Any] = answer[camel(kind)]
        return described


def as_schema(dataset: Dataset) -> str:
    """The Avro text of a schema."""
    record = {"type": "record", "name": dataset["type"], "namespace": "com.amazonaws.personalize.schema"}
    return json.dumps(record | {"fields": dataset["fields"], "version": "1.0"})


def as_tags(tags: Mapping[str, str]) -> Sequence[dict[str, str]]:
    """Tags as the API has them."""
    return [{"tagKey": key, "tagValue": value} for key, value in tags.items()]


def camel(kind: str) -> str:
    """``dataset_group`` as it begins members of the API: ``datasetGroup``."""
    return re.sub("_(.)", lambda found: found[1].upper(), kind)


def spoken(kind: str) -> str:
    """``dataset_group`` as people say it."""
    return kind.replace("_", " ")
