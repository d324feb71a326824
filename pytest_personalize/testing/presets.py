"""Presets: whole dataset groups with data, recommenders or campaigns, and filters, written down as tables.

A preset is built through the public operations, as a user would; ``seeding`` sees to it that this is done only once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from attrs import frozen

from pytest_personalize.data.avro import avro_text
from pytest_personalize.data.export import csv_text
from pytest_personalize.recommenders.catalogue import RECIPES
from pytest_personalize.testing import sample_data
from pytest_personalize.testing.sample_data import Habits, Row, Rows, Sizes
from pytest_personalize.testing.seeded import Named, SeededGroup

Ask = Callable[..., Mapping[str, Any]]
"""``ask("CreateSchema", name=...)``: the answer of the control plane; raises what it refuses with."""

Put = Callable[[str, bytes], None]
"""Puts an object under an address into the store that the jobs read."""

ROLE: Final = "arn:aws:iam::123456789012:role/personalize-presets"
BUCKET: Final = "s3://personalize-presets"
SCHEMA_NAMES: Final = {
    "INTERACTIONS": "Interactions",
    "ITEMS": "Items",
    "USERS": "Users",
    "ACTIONS": "Actions",
    "ACTION_INTERACTIONS": "Action_Interactions",
}


@frozen(kw_only=True)
class Preset:
    """A dataset group as it is to be.

    ``schemas`` are the fields of each dataset: name to type, with an attribute of the field behind a blank
    (``string categorical``). ``recipes`` become recommenders in a domain, solutions with a campaign otherwise.
    """

    name: str
    domain: str | None = None
    sizes: Sizes
    schemas: Mapping[str, Mapping[str, str]]
    filters: Mapping[str, str]
    recipes: Sequence[str]
    rows: Callable[[Sizes, str], Rows]


INTERACTIONS: Final = {"USER_ID": "string", "ITEM_ID": "string", "TIMESTAMP": "long", "EVENT_TYPE": "string"}


def _shop(sizes: Sizes, seed: str) -> Rows:
    users, items = sample_data.people(sizes.users), sample_data.goods(sizes.items)
    habits = Habits(first="View", then="Purchase", share=0.55, seed=seed)
    return {
        "INTERACTIONS": sample_data.interactions(users, items, "CATEGORY_L1", sizes.interactions, habits),
        "ITEMS": items,
        "USERS": sample_data.members(users, MEMBERSHIP=("basic", "gold", "basic"), AGE=(23, 67, 35, 41)),
    }


def _films(sizes: Sizes, seed: str) -> Rows:
    users, films = sample_data.people(sizes.users), sample_data.films(sizes.items)
    habits = Habits(first="Click", then="Watch", share=0.8, seed=seed)
    return {
        "INTERACTIONS": sample_data.interactions(users, films, "GENRES", sizes.interactions, habits),
        "ITEMS": films,
        "USERS": sample_data.members(users, SUBSCRIPTION_MODEL=("free", "free", "family"), AGE=(23, 67, 35, 41)),
    }


def _actions(sizes: Sizes, seed: str) -> Rows:
    rows = _shop(sizes, seed)
    users, actions = sample_data.people(sizes.users), sample_data.offers(sizes.actions)
    events = sample_data.action_interactions(users, actions, sizes.actions * EVENTS_OF_AN_ACTION, seed)
    return {**rows, "ACTIONS": actions, "ACTION_INTERACTIONS": events}


EVENTS_OF_AN_ACTION: Final = 200  # enough for the 50 TAKEN and the 50 others that a score needs (developer guide)

_GOODS: Final = {
    "ITEM_ID": "string",
    "PRICE": "float",
    "CATEGORY_L1": "string categorical",
    "PRODUCT_DESCRIPTION": "string textual",
    "CREATION_TIMESTAMP": "long",
}
_FILMS: Final = {
    "ITEM_ID": "string",
    "TITLE": "string itemName",
    "GENRES": "string categorical",
    "YEAR": "int",
    "DESCRIPTION": "string textual",
    "CREATION_TIMESTAMP": "long",
}
_CUSTOMERS: Final = {"USER_ID": "string", "MEMBERSHIP": "string categorical", "AGE": "int"}
_VIEWERS: Final = {"USER_ID": "string", "SUBSCRIPTION_MODEL": "string categorical", "AGE": "int"}

_FILM_FILTERS: Final = {
    "exclude-watched": 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("Watch")',
    "only-genre": "INCLUDE ItemID WHERE Items.GENRES IN ($GENRE)",
    "since-year": "INCLUDE ItemID WHERE Items.YEAR >= $YEAR",
}

PRESETS: Final[Mapping[str, Preset]] = {
    preset.name: preset
    for preset in (
        Preset(
            name="shop",
            domain="ECOMMERCE",
            sizes=Sizes(users=50, items=100, interactions=3000),
            schemas={"INTERACTIONS": INTERACTIONS, "ITEMS": _GOODS, "USERS": _CUSTOMERS},
            filters={
                "exclude-purchased": 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("Purchase")',
                "only-category": "INCLUDE ItemID WHERE Items.CATEGORY_L1 IN ($CATEGORY)",
                "up-to-price": "INCLUDE ItemID WHERE Items.PRICE <= $PRICE",
            },
            recipes=(
                "aws-ecomm-recommended-for-you",
                "aws-ecomm-customers-who-viewed-x-also-viewed",
                "aws-ecomm-frequently-bought-together",
                "aws-ecomm-popular-items-by-views",
                "aws-ecomm-popular-items-by-purchases",
            ),
            rows=_shop,
        ),
        Preset(
            name="video",
            domain="VIDEO_ON_DEMAND",
            sizes=Sizes(users=50, items=100, interactions=2500),
            schemas={"INTERACTIONS": INTERACTIONS, "ITEMS": _FILMS, "USERS": _VIEWERS},
            filters=_FILM_FILTERS,
            recipes=(
                "aws-vod-top-picks",
                "aws-vod-because-you-watched-x",
                "aws-vod-more-like-x",
                "aws-vod-most-popular",
                "aws-vod-trending-now",
            ),
            rows=_films,
        ),
        Preset(
            name="movies",
            sizes=Sizes(users=50, items=60, interactions=2500),
            schemas={"INTERACTIONS": INTERACTIONS, "ITEMS": _FILMS, "USERS": _VIEWERS},
            filters=_FILM_FILTERS,
            recipes=(
                "aws-user-personalization-v2",
                "aws-user-personalization",
                "aws-personalized-ranking-v2",
                "aws-personalized-ranking",
                "aws-similar-items",
                "aws-sims",
                "aws-semantic-similarity",
                "aws-popularity-count",
                "aws-trending-now",
            ),
            rows=_films,
        ),
        Preset(
            name="actions",
            sizes=Sizes(users=50, items=60, interactions=1500, actions=6),
            schemas={
                "INTERACTIONS": INTERACTIONS,
                "ITEMS": _GOODS,
                "USERS": _CUSTOMERS,
                "ACTIONS": {
                    "ACTION_ID": "string",
                    "VALUE": "long",
                    "THEME": "string categorical",
                    "CREATION_TIMESTAMP": "long",
                },
                "ACTION_INTERACTIONS": {
                    "USER_ID": "string",
                    "ACTION_ID": "string",
                    "TIMESTAMP": "long",
                    "EVENT_TYPE": "string",
                },
            },
            filters={
                "exclude-taken": 'EXCLUDE ActionID WHERE Action_Interactions.EVENT_TYPE IN ("TAKEN")',
                "only-theme": "INCLUDE ActionID WHERE Actions.THEME IN ($THEME)",
            },
            recipes=("aws-next-best-action",),
            rows=_actions,
        ),
    )
}


def build(preset: Preset, name: str, sizes: Sizes, ask: Ask, put: Put) -> SeededGroup:
    """Build a preset as the dataset group of that name.

    ``ValueError`` when an import or a training fails.
    """
    rows = preset.rows(sizes, f"{preset.name}/{sizes}")
    domain = {} if preset.domain is None else {"domain": preset.domain}
    group = ask("CreateDatasetGroup", name=name, **domain)["datasetGroupArn"]
    datasets = {
        kind: _dataset(name, group, kind, fields, domain, rows[kind], ask, put)
        for kind, fields in preset.schemas.items()
    }
    tracker = ask("CreateEventTracker", name=f"{name}-tracker", datasetGroupArn=group)
    filters = {
        filter_name: ask(
            "CreateFilter", name=f"{name}-{filter_name}", datasetGroupArn=group, filterExpression=expression
        )["filterArn"]
        for filter_name, expression in preset.filters.items()
    }
    recommenders: dict[str, str] = {}
    versions: dict[str, str] = {}
    campaigns: dict[str, str] = {}
    for recipe in preset.recipes:
        if preset.domain is not None:
            recommenders[RECIPES[recipe].use_case or recipe] = _recommender(name, group, recipe, ask)
        else:
            versions[recipe], campaigns[recipe] = _campaign(name, group, recipe, ask)
    actions = datasets.get("ACTION_INTERACTIONS")
    return SeededGroup(
        preset=preset.name,
        name=name,
        arn=group,
        users=[row["USER_ID"] for row in rows["USERS"]],
        items=[row["ITEM_ID"] for row in rows["ITEMS"]],
        actions=[row["ACTION_ID"] for row in rows.get("ACTIONS", ())],
        rows=Named("rows", {kind: tuple(map(MappingProxyType, of)) for kind, of in rows.items()}),
        datasets=Named("dataset", datasets),
        campaigns=Named("campaign", campaigns),
        solution_versions=Named("solution version", versions),
        recommenders=Named(
            "recommender", recommenders, {recipe: RECIPES[recipe].use_case or recipe for recipe in preset.recipes}
        ),
        filters=Named("filter", filters),
        tracking_id=tracker["trackingId"],
        action_tracking_id=actions and ask("DescribeDataset", datasetArn=actions)["dataset"]["trackingId"],
    )


def _dataset(
    name: str,
    group: str,
    kind: str,
    fields: Mapping[str, str],
    domain: Mapping[str, str],
    rows: Sequence[Row],
    ask: Ask,
    put: Put,
) -> str:
    """The ARN of a dataset with these rows imported."""
    stem = f"{name}-{kind.lower().replace('_', '-')}"
    schema = ask("CreateSchema", name=stem, schema=avro(kind, fields), **domain)["schemaArn"]
    dataset: str = ask("CreateDataset", name=stem, datasetGroupArn=group, datasetType=kind, schemaArn=schema)[
        "datasetArn"
    ]
    uri = f"{BUCKET}/{name}/{kind.lower()}.csv"
    put(uri, csv_text(list(fields), ([row[field] for field in fields] for row in rows)).encode())
    job = ask(
        "CreateDatasetImportJob",
        jobName=f"{stem}-import",
        datasetArn=dataset,
        dataSource={"dataLocation": uri},
        roleArn=ROLE,
    )["datasetImportJobArn"]
    _require_active(ask("DescribeDatasetImportJob", datasetImportJobArn=job)["datasetImportJob"])
    return dataset


def avro(kind: str, fields: Mapping[str, str]) -> str:
    """The text of a schema from its fields."""
    written = []
    for name, text in fields.items():
        base, _, flag = text.partition(" ")
        written.append({"name": name, "type": base} | ({flag: True} if flag else {}))
    return avro_text(SCHEMA_NAMES[kind], written)


def _recommender(name: str, group: str, recipe: str, ask: Ask) -> str:
    stem = recipe.removeprefix("aws-").removeprefix("ecomm-").removeprefix("vod-")
    arn: str = ask(
        "CreateRecommender",
        name=f"{name}-{stem}",
        datasetGroupArn=group,
        recipeArn=RECIPES[recipe].arn,
        recommenderConfig={"enableMetadataWithRecommendations": True},
    )["recommenderArn"]
    _require_active(ask("DescribeRecommender", recommenderArn=arn)["recommender"])
    return arn


def _campaign(name: str, group: str, recipe: str, ask: Ask) -> tuple[str, str]:
    """The ARNs of a solution version and of the campaign that it is deployed in."""
    stem = f"{name}-{recipe.removeprefix('aws-')}"
    # Without automatic training, which would train all of them anew whenever a test moves the clock by a week.
    solution = ask(
        "CreateSolution",
        name=stem,
        datasetGroupArn=group,
        recipeArn=RECIPES[recipe].arn,
        performAutoTraining=False,
    )["solutionArn"]
    version: str = ask("CreateSolutionVersion", solutionArn=solution)["solutionVersionArn"]
    _require_active(ask("DescribeSolutionVersion", solutionVersionArn=version)["solutionVersion"])
    with_metadata = METADATA if RECIPES[recipe].answers == "items" else {}
    campaign: str = ask("CreateCampaign", name=stem, solutionVersionArn=version, minProvisionedTPS=1, **with_metadata)[
        "campaignArn"
    ]
    _require_active(ask("DescribeCampaign", campaignArn=campaign)["campaign"])
    return version, campaign


METADATA: Final = {"campaignConfig": {"enableMetadataWithRecommendations": True}}


def _require_active(described: Mapping[str, Any]) -> None:
    if described["status"] != "ACTIVE":
        name = described.get("name") or described.get("jobName")
        raise ValueError(f"the preset cannot be built: {name} failed: {described.get('failureReason')}")
