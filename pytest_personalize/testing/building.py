"""How a dataset group is built from files: through the public operations, as a user would.

Presets and the caller's own data are plans for the same builder; ``seeding`` sees to it that each is built only once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from attrs import frozen

from pytest_personalize.data.rows import Row
from pytest_personalize.recommenders.recipes import RECIPES
from pytest_personalize.testing.seeded import Named, SeededGroup, SharedRow

ROLE: Final = "arn:aws:iam::123456789012:role/personalize-seeded"
BUCKET: Final = "s3://personalize-seeded"

_LINE: Final = re.compile(r", line (\d+)[,)]")
"""Where a refusal says which line of a file it is about."""


@frozen(kw_only=True)
class Plan:
    """A dataset group as it is to be: by dataset type the Avro text of its schema and a CSV file.

    ``recipes`` of a domain become recommenders, others solutions, with a campaign unless their results are users.
    """

    preset: str | None = None
    domain: str | None = None
    schemas: Mapping[str, str]
    files: Mapping[str, bytes]
    filters: Mapping[str, str]
    recipes: Sequence[str]


@frozen(kw_only=True)
class Site:
    """Where a group is built.

    ``ask("CreateSchema", name=...)`` is the answer of the control plane, ``ValueError`` when it refuses; ``put`` puts
    an object under an address into the store that the jobs read; ``rows`` are what the service holds of a dataset.
    """

    ask: Callable[..., Mapping[str, Any]]
    put: Callable[[str, bytes], None]
    rows: Callable[[str, str], Sequence[Row]]


def build(plan: Plan, name: str, site: Site) -> SeededGroup:
    """Build the dataset group of that name. ``ValueError`` in the words of the service when it refuses anything."""
    ask = site.ask
    domain = {} if plan.domain is None else {"domain": plan.domain}
    group = ask("CreateDatasetGroup", name=name, **domain)["datasetGroupArn"]
    datasets = {kind: _dataset(name, group, kind, domain, plan, site) for kind in plan.files}
    tracker = ask("CreateEventTracker", name=f"{name}-tracker", datasetGroupArn=group)
    filters = {
        filter_name: ask(
            "CreateFilter", name=f"{name}-{filter_name}", datasetGroupArn=group, filterExpression=expression
        )["filterArn"]
        for filter_name, expression in plan.filters.items()
    }
    metadata = {"enableMetadataWithRecommendations": True} if "ITEMS" in datasets else {}
    recommenders: dict[str, str] = {}
    aliases: dict[str, str] = {}
    solutions: dict[str, str] = {}
    versions: dict[str, str] = {}
    campaigns: dict[str, str] = {}
    for recipe in plan.recipes:
        if RECIPES[recipe].domain is not None:
            aliases[recipe] = RECIPES[recipe].use_case or recipe
            recommenders[aliases[recipe]] = _recommender(name, group, recipe, metadata, ask)
            continue
        solutions[recipe], versions[recipe] = _trained(name, group, recipe, ask)
        if RECIPES[recipe].answers != "users":
            campaigns[recipe] = _campaign(name, recipe, versions[recipe], metadata, ask)
    actions = datasets.get("ACTION_INTERACTIONS")
    rows = {kind: tuple(map(SharedRow, site.rows(group, kind))) for kind in datasets}
    return SeededGroup(
        preset=plan.preset,
        name=name,
        arn=group,
        users=_ids(rows, "USER_ID", "USERS", "INTERACTIONS", "ACTION_INTERACTIONS"),
        items=_ids(rows, "ITEM_ID", "ITEMS", "INTERACTIONS"),
        actions=_ids(rows, "ACTION_ID", "ACTIONS", "ACTION_INTERACTIONS"),
        rows=Named("rows", rows),
        datasets=Named("dataset", datasets),
        campaigns=Named("campaign", campaigns),
        solutions=Named("solution", solutions),
        solution_versions=Named("solution version", versions),
        recommenders=Named("recommender", recommenders, aliases),
        filters=Named("filter", filters),
        tracking_id=tracker["trackingId"],
        action_tracking_id=actions and ask("DescribeDataset", datasetArn=actions)["dataset"]["trackingId"],
    )


def _ids(rows: Mapping[str, Sequence[Mapping[str, Any]]], column: str, *kinds: str) -> list[str]:
    """The ids in the datasets of those types, each once."""
    return list(dict.fromkeys(row[column] for kind in kinds for row in rows.get(kind, ())))


def _dataset(name: str, group: str, kind: str, domain: Mapping[str, str], plan: Plan, site: Site) -> str:
    """The ARN of a dataset with the rows of its file imported."""
    stem, ask = f"{name}-{kind.lower().replace('_', '-')}", site.ask
    try:
        schema = ask("CreateSchema", name=stem, schema=plan.schemas[kind], **domain)["schemaArn"]
    except ValueError as error:
        error.add_note(f"columns of {kind.lower()}: {_line(plan.files[kind], 1)}")
        raise
    made = ask("CreateDataset", name=stem, datasetGroupArn=group, datasetType=kind, schemaArn=schema)
    dataset: str = made["datasetArn"]
    uri = f"{BUCKET}/{name}/{kind.lower()}.csv"
    site.put(uri, plan.files[kind])
    source = {"dataLocation": uri}
    try:
        job = ask(
            "CreateDatasetImportJob", jobName=f"{stem}-import", datasetArn=dataset, dataSource=source, roleArn=ROLE
        )["datasetImportJobArn"]
        _require_active(ask("DescribeDatasetImportJob", datasetImportJobArn=job)["datasetImportJob"])
    except ValueError as error:
        _point_at_row(error, kind, plan.files[kind])
        raise
    return dataset


def _point_at_row(error: ValueError, kind: str, file: bytes) -> None:
    """Show the row that a refusal is about, where it says which line that is."""
    line = _LINE.search(str(error))
    if line:
        number = int(line[1])
        row = f", row {number - 2} counted from 0" if number > 1 else ""
        error.add_note(f"line {number} of {kind.lower()}{row}: {_line(file, number)}")


def _line(file: bytes, number: int) -> str:
    return file.split(b"\n")[number - 1].decode("utf-8-sig", errors="replace").rstrip("\r")


def _recommender(
    name: str, group: str, recipe: str, metadata: Mapping[str, bool], ask: Callable[..., Mapping[str, Any]]
) -> str:
    stem = recipe.removeprefix("aws-").removeprefix("ecomm-").removeprefix("vod-")
    arn: str = ask(
        "CreateRecommender",
        name=f"{name}-{stem}",
        datasetGroupArn=group,
        recipeArn=RECIPES[recipe].arn,
        recommenderConfig=metadata,
    )["recommenderArn"]
    _require_active(ask("DescribeRecommender", recommenderArn=arn)["recommender"])
    return arn


def _trained(name: str, group: str, recipe: str, ask: Callable[..., Mapping[str, Any]]) -> tuple[str, str]:
    """The ARNs of a solution and of its solution version."""
    # Without automatic training, which would train all of them anew whenever a test moves the clock by a week.
    solution: str = ask(
        "CreateSolution",
        name=_stem(name, recipe),
        datasetGroupArn=group,
        recipeArn=RECIPES[recipe].arn,
        performAutoTraining=False,
    )["solutionArn"]
    version: str = ask("CreateSolutionVersion", solutionArn=solution)["solutionVersionArn"]
    _require_active(ask("DescribeSolutionVersion", solutionVersionArn=version)["solutionVersion"])
    return solution, version


def _campaign(
    name: str, recipe: str, version: str, metadata: Mapping[str, bool], ask: Callable[..., Mapping[str, Any]]
) -> str:
    config = {"campaignConfig": metadata} if RECIPES[recipe].answers == "items" else {}
    campaign: str = ask(
        "CreateCampaign",
        name=_stem(name, recipe),
        solutionVersionArn=version,
        minProvisionedTPS=1,
        **config,
    )["campaignArn"]
    _require_active(ask("DescribeCampaign", campaignArn=campaign)["campaign"])
    return campaign


def _stem(name: str, recipe: str) -> str:
    return f"{name}-{recipe.removeprefix('aws-')}"


def _require_active(described: Mapping[str, Any]) -> None:
    if described["status"] != "ACTIVE":
        raise ValueError(described["failureReason"])
