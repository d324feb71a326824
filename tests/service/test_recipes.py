"""Recipes, algorithms and feature transformations."""

from __future__ import annotations

import json
from datetime import UTC
from typing import Any

import pytest
from attrs import frozen

from making import RECIPE, Shop
from pytest_personalize import PersonalizeBackend
from pytest_personalize.recommenders import RECIPES, Query, Recipe
from pytest_personalize.recommenders.metrics import item_metrics
from pytest_personalize.recommenders.model import Ranked, Unexploring
from pytest_personalize.recommenders.training import Training
from pytest_personalize.service.control import recipes

ALGORITHM = "arn:aws:personalize:::algorithm/"
TRANSFORMATION = "arn:aws:personalize:::feature-transformation/"

pytestmark = pytest.mark.usefixtures("backend")


def listed(client: Any, **filters: Any) -> list[dict[str, Any]]:
    page = client.list_recipes(**filters)
    recipes: list[dict[str, Any]] = page["recipes"]
    while "nextToken" in page:
        page = client.list_recipes(nextToken=page["nextToken"], **filters)
        recipes += page["recipes"]
    return recipes


def test_recipes_are_listed_by_name(client: Any) -> None:
    names = [recipe["name"] for recipe in listed(client)]

    assert names == sorted(names)
    assert len(names) == 22


def test_a_listing_comes_in_pages_of_twelve(client: Any) -> None:
    page = client.list_recipes()

    assert len(page["recipes"]) == 12
    assert "nextToken" in page


def test_max_results_sets_the_size_of_a_page(client: Any) -> None:
    page = client.list_recipes(maxResults=100, recipeProvider="SERVICE")

    assert len(page["recipes"]) == 22
    assert "nextToken" not in page


@pytest.mark.parametrize(("domain", "pages"), [("ECOMMERCE", [5, 0]), ("VIDEO_ON_DEMAND", [0, 5])])
def test_row_2_a_domain_filter_works_on_the_page_after_it_was_cut(client: Any, domain: str, pages: list[int]) -> None:
    first = client.list_recipes(domain=domain)
    second = client.list_recipes(domain=domain, nextToken=first["nextToken"])

    assert [len(page["recipes"]) for page in (first, second)] == pages
    assert "nextToken" not in second


@pytest.mark.parametrize(
    ("recipe", "date"),
    [
        ("aws-user-personalization-v2", "2024-01-01"),
        ("aws-personalized-ranking-v2", "2024-01-01"),
        ("aws-trending-now", "2022-10-01"),
        ("aws-vod-trending-now", "2019-06-10"),
        ("aws-item-affinity", "2021-07-15"),
    ],
)
def test_row_6_recipes_are_as_old_as_was_printed(client: Any, recipe: str, date: str) -> None:
    created = client.describe_recipe(recipeArn=RECIPE + recipe)["recipe"]["creationDateTime"]

    assert created.astimezone(UTC).date().isoformat() == date


def test_a_domain_filter_leaves_the_use_cases_of_that_domain(client: Any) -> None:
    recipes = listed(client, domain="VIDEO_ON_DEMAND")

    assert {recipe["domain"] for recipe in recipes} == {"VIDEO_ON_DEMAND"}
    assert len(recipes) == 5


def test_a_token_is_only_good_for_its_filter(client: Any, refused: Any) -> None:
    token = client.list_recipes(maxResults=1)["nextToken"]

    with refused("InvalidNextTokenException"):
        client.list_recipes(maxResults=1, nextToken=token, domain="ECOMMERCE")


def test_a_listed_recipe_has_the_members_of_printed_answers(client: Any) -> None:
    by_name = {recipe["name"]: recipe for recipe in listed(client)}

    assert set(by_name["aws-sims"]) == {"name", "recipeArn", "status", "creationDateTime", "lastUpdatedDateTime"}
    assert by_name["aws-sims"]["status"] == "ACTIVE"
    assert by_name["aws-ecomm-recommended-for-you"]["domain"] == "ECOMMERCE"


def test_legacy_recipes_are_described_but_not_listed(client: Any) -> None:
    names = {recipe["name"] for recipe in listed(client)}

    assert client.describe_recipe(recipeArn=RECIPE + "aws-hrnn")["recipe"]["recipeType"] == "USER_PERSONALIZATION"
    assert "aws-hrnn" not in names


def test_describe_recipe(client: Any) -> None:
    recipe = client.describe_recipe(recipeArn=RECIPE + "aws-sims")["recipe"]

    assert recipe["name"] == "aws-sims"
    assert recipe["algorithmArn"] == ALGORITHM + "aws-sims"
    assert recipe["featureTransformationArn"] == TRANSFORMATION + "sims"
    assert recipe["recipeType"] == "RELATED_ITEMS"
    assert recipe["status"] == "ACTIVE"


def test_an_unknown_recipe_is_not_found(client: Any, refused: Any) -> None:
    with refused("ResourceNotFoundException"):
        client.describe_recipe(recipeArn=RECIPE + "aws-crystal-ball")


def test_the_arn_of_something_else_is_no_recipe(client: Any, refused: Any) -> None:
    with refused("InvalidInputException"):
        client.describe_recipe(recipeArn=ALGORITHM + "aws-sims")


def test_an_algorithm_has_defaults_and_ranges(client: Any) -> None:
    algorithm = client.describe_algorithm(algorithmArn=ALGORITHM + "aws-sims")["algorithm"]

    assert algorithm["defaultHyperParameters"] == {"popularity_discount_factor": "0.5", "min_cointeraction_count": "3"}
    assert algorithm["defaultHyperParameterRanges"]["integerHyperParameterRanges"] == [
        {"name": "min_cointeraction_count", "minValue": 0, "maxValue": 10, "isTunable": True}
    ]


def test_a_category_has_its_values_for_a_range(client: Any) -> None:
    ranges = client.describe_algorithm(algorithmArn=ALGORITHM + "aws-hrnn")["algorithm"]["defaultHyperParameterRanges"]

    assert ranges["categoricalHyperParameterRanges"] == [
        {"name": "recency_mask", "values": ["true", "false"], "isTunable": True}
    ]


def test_an_unknown_algorithm_is_not_found(client: Any, refused: Any) -> None:
    with refused("ResourceNotFoundException"):
        client.describe_algorithm(algorithmArn=ALGORITHM + "aws-oracle")


def test_a_feature_transformation_has_default_parameters(client: Any) -> None:
    answer = client.describe_feature_transformation(featureTransformationArn=TRANSFORMATION + "sims")

    assert answer["featureTransformation"]["defaultParameters"]["max_item_interaction_count_percentile"] == "0.9"
    assert answer["featureTransformation"]["status"] == "ACTIVE"


def test_an_unknown_feature_transformation_is_not_found(client: Any, refused: Any) -> None:
    with refused("ResourceNotFoundException"):
        client.describe_feature_transformation(featureTransformationArn=TRANSFORMATION + "alchemy")


def test_recipes_can_not_be_tagged(client: Any, refused: Any) -> None:
    with refused("InvalidInputException"):
        client.tag_resource(resourceArn=RECIPE + "aws-sims", tags=[{"tagKey": "team", "tagValue": "a"}])


CATEGORIES = [
    (recipe.name, parameter.name, parameter.group, written)
    for recipe in RECIPES.values()
    for parameter in recipe.hyperparameters
    for value in parameter.values
    for written in (value, value.upper())
]


@pytest.mark.filterwarnings("ignore::pytest_personalize.LegacyRecipeWarning")
@pytest.mark.parametrize(("recipe", "name", "group", "value"), CATEGORIES)
def test_a_category_of_a_hyperparameter_may_be_written_in_any_case(
    client: Any, shop: Shop, recipe: str, name: str, group: str, value: str
) -> None:
    member = "algorithmHyperParameters" if group == "algorithm" else "featureTransformationParameters"
    solution = client.create_solution(
        name="tuned",
        datasetGroupArn=shop.group,
        recipeArn=RECIPE + recipe,
        solutionConfig={member: {name: value}},
    )["solutionArn"]
    version = client.create_solution_version(solutionArn=solution)["solutionVersionArn"]
    assert client.describe_solution_version(solutionVersionArn=version)["solutionVersion"]["status"] == "ACTIVE"
    assert client.create_campaign(name="tuned", solutionVersionArn=version)


@frozen
class Shelf(Unexploring):
    """All items as they came, for everybody."""

    length: int

    def knows(self, item: int) -> bool:
        return item < self.length

    def ranked(self, query: Query) -> Ranked:
        return ((item, None) for item in (range(self.length) if query.candidates is None else query.candidates))


def shelf(training: Training) -> Shelf:
    return Shelf(training.item_count)


def test_a_new_recipe_is_one_row_and_one_recommender(
    monkeypatch: pytest.MonkeyPatch, backend: PersonalizeBackend, client: Any, shop: Shop
) -> None:
    row = Recipe(
        name="aws-shelf",
        recipe_type="SHELVES",
        description="Items as they came.",
        recommender=shelf,
        metrics=item_metrics,
        batch_lines="user",
        requires_user=True,
    )
    monkeypatch.setattr(recipes, "RECIPES_BY_ARN", {row.arn: row})
    version = shop.version(row.name)
    campaign = client.create_campaign(name="shelf", solutionVersionArn=version)["campaignArn"]
    backend.s3.put("s3://in/users.json", b'{"userId": "user-0"}')
    client.create_batch_inference_job(
        jobName="shelf",
        solutionVersionArn=version,
        jobInput={"s3DataSource": {"path": "s3://in/users.json"}},
        jobOutput={"s3DataDestination": {"path": "s3://out/"}},
        roleArn="arn:aws:iam::123456789012:role/PersonalizeRole",
        numResults=5,
    )

    live = shop.ids(campaign, userId="user-0", numResults=5)
    (line,) = backend.s3.get("s3://out/users.json.out").decode().splitlines()
    assert live == json.loads(line)["output"]["recommendedItems"] == shop.ids(campaign, userId="user-1", numResults=5)
    assert 0 < client.get_solution_metrics(solutionVersionArn=version)["metrics"]["coverage"] <= 1
