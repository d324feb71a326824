"""Recipes and solutions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_personalize.conformance.case import ABSENT, ANY, guide, model, recorded
from pytest_personalize.conformance.rows import (
    II,
    IU,
    NF,
    PENDING,
    PRINTED,
    SAYS,
    SHAPE,
    Book,
    answered,
    refused,
    request,
    unknown,
    until_rest,
)
from pytest_personalize.conformance.things import RECIPE

if TYPE_CHECKING:
    pass

RECIPES: Final = guide("the page of the recipe")
DATA: Final = ("<shop data>",)


def solution(**changes: Any) -> Any:
    """CreateSolution in the group with data."""
    return request("CreateSolution", **changes)


def config(recipe: str = "user-personalization", **members: Any) -> Any:
    """CreateSolution with that configuration."""
    return solution(recipeArn=RECIPE + recipe, solutionConfig=members)


HPO: Final = {
    "hpoResourceConfig": {"maxNumberOfTrainingJobs": "2", "maxParallelTrainingJobs": "1"},
    "algorithmHyperParameterRanges": {
        "integerHyperParameterRanges": [{"name": "bptt", "minValue": 2, "maxValue": 22}],
        "continuousHyperParameterRanges": [],
        "categoricalHyperParameterRanges": [],
    },
}
RANGE: Final = {"name": "bptt", "minValue": 22, "maxValue": 2}
VIEWS: Final = {"eventParametersList": [{"eventType": "View", "weight": 0.3}]}
TYPED: Final = {"eventParametersList": [{"eventType": "View"}, {"eventType": "Purchase", "weight": 0.5}]}

BOOK: Final = Book(
    # -- recipes
    answered(
        "recipes/described",
        ("DescribeRecipe", {"recipeArn": f"{RECIPE}user-personalization"}),
        {
            "recipe": {
                "name": "aws-user-personalization",
                "recipeArn": f"{RECIPE}user-personalization",
                "algorithmArn": "arn:aws:personalize:::algorithm/aws-user-personalization",
                "status": "ACTIVE",
                "recipeType": "USER_PERSONALIZATION",
            }
        },
        PRINTED,
        tier="core",
    ),
    *(
        answered(
            f"recipes/type-of-{name}",
            ("DescribeRecipe", {"recipeArn": RECIPE + name}),
            {"recipe": {"recipeType": kind}},
            RECIPES,
            tier="core",
        )
        for name, kind in {
            "user-personalization-v2": "USER_PERSONALIZATION",
            "personalized-ranking": "PERSONALIZED_RANKING",
            "personalized-ranking-v2": "PERSONALIZED_RANKING",
            "similar-items": "RELATED_ITEMS",
            "sims": "RELATED_ITEMS",
            "item-affinity": "USER_SEGMENTATION",
            "item-attribute-affinity": "USER_SEGMENTATION",
            "next-best-action": "PERSONALIZED_ACTIONS",
        }.items()
    ),
    answered(
        "recipes/algorithm",
        ("DescribeAlgorithm", {"algorithmArn": "arn:aws:personalize:::algorithm/aws-user-personalization"}),
        {"algorithm": {"name": "aws-user-personalization", "defaultHyperParameters": ANY}},
        guide("DescribeAlgorithm"),
    ),
    answered(
        "recipes/feature-transformation",
        (
            "DescribeFeatureTransformation",
            {"featureTransformationArn": "arn:aws:personalize:::feature-transformation/sims"},
        ),
        {"featureTransformation": {"status": "ACTIVE"}},
        guide("DescribeFeatureTransformation"),
    ),
    # -- solutions
    answered(
        "solutions/active-at-once",
        ("DescribeSolution", {"solutionArn": "<picks>"}),
        {
            "solution": {
                "status": "ACTIVE",
                "performHPO": False,
                "performAutoML": False,
                "recipeArn": f"{RECIPE}user-personalization",
                "datasetGroupArn": "<shop>",
            }
        },
        PRINTED,
        tier="core",
    ),
    answered(
        "solutions/auto-training-off",
        ("DescribeSolution", {"solutionArn": "<picks>"}),
        {"solution": {"performAutoTraining": False}},
        SHAPE,
    ),
    answered(
        "solutions/no-version-yet",
        ("DescribeSolution", {"solutionArn": "<own picks>"}),
        {"solution": {"latestSolutionVersion": ABSENT, "latestSolutionUpdate": ABSENT}},
        PRINTED,
    ),
    refused(
        "solutions/without-data",
        solution(datasetGroupArn="<group>"),
        II,
        recorded("CreateSolution: the group must contain an INTERACTIONS dataset with data"),
        needs=("<group INTERACTIONS>",),
    ),
    refused("solutions/group-in-creation", solution(datasetGroupArn="<pending group>"), IU, PENDING, tier="strict"),
    refused("solutions/recipe-and-automl", solution(performAutoML=True), II, SAYS, needs=DATA),
    refused("solutions/neither-recipe-nor-automl", solution(recipeArn=None), II, SAYS, needs=DATA),
    refused(
        "solutions/use-case",
        solution(recipeArn=f"{RECIPE}ecomm-popular-items-by-views"),
        II,
        guide("domain use cases"),
        needs=DATA,
    ),
    refused(
        "solutions/actions-in-a-domain-group",
        solution(recipeArn=f"{RECIPE}next-best-action", datasetGroupArn="<store>"),
        II,
        guide("domain dataset groups"),
        needs=("<store data>",),
    ),
    refused(
        "solutions/internal-hyperparameter",
        config(algorithmHyperParameters={"model.dropout": "1"}),
        II,
        recorded("amazon-personalize-samples issue 156"),
        needs=DATA,
        text="Provide a hyperparameter that is used in the algorithm",
        tier="strict",
    ),
    refused(
        "solutions/unknown-hyperparameter", config(algorithmHyperParameters={"no_such": "1"}), II, RECIPES, needs=DATA
    ),
    refused(
        "solutions/hyperparameter-out-of-range",
        config(algorithmHyperParameters={"hidden_dimension": "1000000"}),
        II,
        RECIPES,
        needs=DATA,
    ),
    refused(
        "solutions/hyperparameter-of-text",
        config(algorithmHyperParameters={"hidden_dimension": "many"}),
        II,
        RECIPES,
        needs=DATA,
    ),
    answered(
        "solutions/hyperparameter",
        config(algorithmHyperParameters={"hidden_dimension": "64"}),
        {},
        RECIPES,
        needs=DATA,
        tier="core",
    ),
    answered("solutions/hpo", solution(performHPO=True, solutionConfig={"hpoConfig": HPO}), {}, RECIPES, needs=DATA),
    refused(
        "solutions/hpo-of-nothing",
        solution(
            performHPO=True,
            solutionConfig={
                "hpoConfig": {
                    "algorithmHyperParameterRanges": {
                        "integerHyperParameterRanges": [{"name": "no_such", "minValue": 1, "maxValue": 2}]
                    }
                }
            },
        ),
        II,
        RECIPES,
        needs=DATA,
    ),
    refused(
        "solutions/hpo-upside-down",
        solution(
            performHPO=True,
            solutionConfig={"hpoConfig": {"algorithmHyperParameterRanges": {"integerHyperParameterRanges": [RANGE]}}},
        ),
        II,
        RECIPES,
        needs=DATA,
    ),
    refused(
        "solutions/hpo-of-another-kind-of-value",
        solution(
            performHPO=True,
            solutionConfig={
                "hpoConfig": {
                    "algorithmHyperParameterRanges": {
                        "integerHyperParameterRanges": [{"name": "recency_mask", "minValue": 1, "maxValue": 2}]
                    }
                }
            },
        ),
        II,
        RECIPES,
        needs=DATA,
    ),
    refused(
        "solutions/hpo-of-v2",
        solution(performHPO=True, recipeArn=f"{RECIPE}user-personalization-v2", solutionConfig={"hpoConfig": HPO}),
        II,
        RECIPES,
        needs=DATA,
    ),
    refused(
        "solutions/objective-of-a-text",
        config(optimizationObjective={"itemAttribute": "GENRE", "objectiveSensitivity": "LOW"}),
        II,
        guide("optimizing for an objective"),
        needs=DATA,
    ),
    refused(
        "solutions/objective-of-no-column",
        config(optimizationObjective={"itemAttribute": "COLOUR", "objectiveSensitivity": "LOW"}),
        II,
        guide("optimizing for an objective"),
        needs=DATA,
    ),
    refused(
        "solutions/objective-of-similar-items",
        config("similar-items", optimizationObjective={"itemAttribute": "PRICE", "objectiveSensitivity": "LOW"}),
        II,
        guide("optimizing for an objective"),
        needs=DATA,
    ),
    answered(
        "solutions/objective",
        config(optimizationObjective={"itemAttribute": "PRICE", "objectiveSensitivity": "LOW"}),
        {},
        guide("optimizing for an objective"),
        needs=DATA,
    ),
    answered("solutions/events-config", config("user-personalization-v2", eventsConfig=VIEWS), {}, SAYS, needs=DATA),
    refused("solutions/events-config-of-v1", config(eventsConfig=VIEWS), II, SAYS, needs=DATA),
    refused(
        "solutions/event-type-left-out",
        config(trainingDataConfig={"excludedDatasetColumns": {"INTERACTIONS": ["EVENT_TYPE"]}}),
        II,
        guide("configuring columns used when training"),
        needs=DATA,
    ),
    answered(
        "solutions/column-left-out",
        config(trainingDataConfig={"excludedDatasetColumns": {"ITEMS": ["BRAND"]}}),
        {},
        guide("configuring columns used when training"),
        needs=DATA,
    ),
    refused(
        "solutions/schedule-of-31-days",
        solution(
            performAutoTraining=True, solutionConfig={"autoTrainingConfig": {"schedulingExpression": "rate(31 days)"}}
        ),
        II,
        SAYS,
        needs=DATA,
    ),
    refused(
        "solutions/incremental-update-of-the-wrong-recipe",
        solution(performIncrementalUpdate=True),
        II,
        SAYS,
        needs=DATA,
    ),
    refused(
        "solutions/updated-twice-at-once",
        ("UpdateSolution", {"solutionArn": "<own picks>", "performAutoTraining": False}),
        IU,
        PENDING,
        ("UpdateSolution", {"solutionArn": "<own picks>", "performAutoTraining": True}),
        tier="strict",
        spends="training",
    ),
    answered(
        "solutions/update-is-shown",
        ("DescribeSolution", {"solutionArn": "<own picks>"}),
        {"solution": {"latestSolutionUpdate": {"performAutoTraining": True, "status": ANY}}},
        SHAPE,
        ("UpdateSolution", {"solutionArn": "<own picks>", "performAutoTraining": True}),
        spends="training",
    ),
    refused(
        "solutions/deleted-is-gone",
        ("DescribeSolution", {"solutionArn": "<own picks>"}),
        NF,
        model("the errors of DescribeSolution"),
        ("DeleteSolution", {"solutionArn": "<own picks>"}),
        until_rest("<own picks>"),
        tier="core",
    ),
    refused(
        "solutions/with-campaigns-stays",
        ("DeleteSolution", {"solutionArn": "<picks>"}),
        IU,
        SAYS,
        needs=("<picks campaign>",),
    ),
    # -- what nobody has printed
    unknown(
        "recipes/type-of-popularity-count",
        "Is the type of aws-popularity-count USER_PERSONALIZATION or POPULAR_ITEMS?",
        ("DescribeRecipe", {"recipeArn": f"{RECIPE}popularity-count"}),
        look="recipe.recipeType",
    ),
    unknown(
        "recipes/type-of-use-cases",
        "Which recipe type has a use case of a domain?",
        ("DescribeRecipe", {"recipeArn": f"{RECIPE}ecomm-popular-items-by-views"}),
        look="recipe.recipeType",
    ),
    unknown(
        "solutions/retired-recipe",
        "How is a solution of a retired HRNN recipe refused?",
        solution(recipeArn=f"{RECIPE}hrnn"),
        needs=DATA,
    ),
    unknown(
        "solutions/both-event-settings",
        "May eventType and eventsConfig both be given?",
        solution(
            recipeArn=f"{RECIPE}user-personalization-v2", eventType="View", solutionConfig={"eventsConfig": VIEWS}
        ),
        needs=DATA,
    ),
    unknown(
        "solutions/schedule-without-training",
        "Is a schedule refused where performAutoTraining is false?",
        solution(solutionConfig={"autoTrainingConfig": {"schedulingExpression": "rate(7 days)"}}),
        needs=DATA,
    ),
    unknown(
        "solutions/hpo-objective",
        "Is hpoObjective refused, or passed over?",
        solution(
            performHPO=True,
            solutionConfig={"hpoConfig": HPO | {"hpoObjective": {"type": "Maximize", "metricName": "coverage"}}},
        ),
        needs=DATA,
    ),
    unknown(
        "solutions/weight-of-an-event-type",
        "Which weight has an event type for which none is given?",
        ("DescribeSolution", {"solutionArn": "<here>:solution/<new>"}),
        config("user-personalization-v2", eventsConfig=TYPED),
        look="solution.solutionConfig.eventsConfig",
        needs=DATA,
    ),
    unknown(
        "solutions/sensitivity-left-out",
        "Which sensitivity has an objective for which none is given?",
        ("DescribeSolution", {"solutionArn": "<here>:solution/<new>"}),
        config(optimizationObjective={"itemAttribute": "PRICE"}),
        look="solution.solutionConfig.optimizationObjective",
        needs=DATA,
    ),
    unknown(
        "solutions/update-of-nothing",
        "Is an update that says nothing refused?",
        ("UpdateSolution", {"solutionArn": "<own picks>"}),
    ),
)
