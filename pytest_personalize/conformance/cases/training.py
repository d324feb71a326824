"""What trainings make of data and settings; nearly all of it is unknown, and costs a training."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from pytest_personalize.conformance.case import guide
from pytest_personalize.conformance.errors import Refusal
from pytest_personalize.conformance.rows import II, Book, request
from pytest_personalize.conformance.run import observation
from pytest_personalize.conformance.things import MOMENT, RECIPE, TEXTUAL, avro
from pytest_personalize.conformance.world import arn_of

if TYPE_CHECKING:
    from pytest_personalize.conformance.world import World

BOOK: Final = Book()
DATA: Final = ("<shop data>",)
TRAININGS: Final = "CreateSolution CreateSolutionVersion DescribeSolutionVersion"


def train(world: World, **changes: Any) -> dict[str, Any]:
    """A version of a new solution as Describe shows it; one with a status alone where the training fails."""
    solution = world.make(*request("CreateSolution", **changes))
    version = arn_of(world.call("CreateSolutionVersion", {"solutionArn": solution}))
    if (status := world.end(version)) == "CREATE FAILED":
        return {"status": status}
    found: dict[str, Any] = world.call("DescribeSolutionVersion", {"solutionVersionArn": version})["solutionVersion"]
    return found


def weighted(*types: str) -> dict[str, Any]:
    """A configuration of events."""
    return {"eventsConfig": {"eventParametersList": [{"eventType": name, "weight": 0.5} for name in types]}}


@BOOK.observed("solutions/columns", "CreateSolution", "Which column settings are refused?", needs=DATA)
def columns(world: World) -> Any:
    """Both maps at once, a column that there is not, a dataset that there is not."""
    asked = {
        "both": {"excludedDatasetColumns": {"ITEMS": ["BRAND"]}, "includedDatasetColumns": {"ITEMS": ["GENRE"]}},
        "no such column": {"excludedDatasetColumns": {"ITEMS": ["COLOUR"]}},
        "no such dataset": {"excludedDatasetColumns": {"FILMS": ["COLOUR"]}},
    }
    return {
        word: observation(
            world.ask(
                *request(
                    "CreateSolution",
                    name=f"<new {word}>",
                    solutionConfig={"trainingDataConfig": config},
                )
            )
        )
        for word, config in asked.items()
    }


@BOOK.observed(
    "versions/metrics-of-trends",
    f"{TRAININGS} GetSolutionMetrics",
    "Which keys have the metrics of aws-trending-now?",
    needs=DATA,
    spends="training",
)
def metrics_of_trends(world: World) -> Any:
    """All keys."""
    made = train(world, recipeArn=f"{RECIPE}trending-now")
    answer = world.ask("GetSolutionMetrics", {"solutionVersionArn": made["solutionVersionArn"]})
    return observation(answer, "keys of metrics")


@BOOK.observed("solutions/automl", TRAININGS, "What does AutoML choose?", needs=DATA, spends="training")
def automl(world: World) -> Any:
    """The recipe of the version."""
    made = train(world, recipeArn=None, performAutoML=True)
    return {"status": made["status"], "recipeArn": made.get("recipeArn", "absent")}


@BOOK.observed(
    "versions/metrics-of-weighted-events",
    f"{TRAININGS} GetSolutionMetrics",
    "Which keys have metrics with event weights?",
    needs=DATA,
    spends="training",
)
def metrics_of_weighted_events(world: World) -> Any:
    """All keys."""
    made = train(world, recipeArn=f"{RECIPE}user-personalization-v2", solutionConfig=weighted("View", "Purchase"))
    answer = world.ask("GetSolutionMetrics", {"solutionVersionArn": made["solutionVersionArn"]})
    return observation(answer, "keys of metrics")


@BOOK.observed(
    "versions/types-outside-the-configuration",
    TRAININGS,
    "Are event types trained on that a configuration of events does not name?",
    needs=DATA,
    spends="training",
)
def types_outside(world: World) -> Any:
    """A configuration that names only a type that no event has."""
    return train(world, recipeArn=f"{RECIPE}user-personalization-v2", solutionConfig=weighted("Never"))["status"]


@BOOK.observed(
    "versions/tuned-parameters", TRAININGS, "Which parameters are tuned, and shown?", needs=DATA, spends="training"
)
def tuned(world: World) -> Any:
    """With hpoConfig and without it."""
    ranges = {"integerHyperParameterRanges": [{"name": "hidden_dimension", "minValue": 32, "maxValue": 64}]}
    config = {"hpoConfig": {"algorithmHyperParameterRanges": ranges}}
    with_ranges = train(world, name="<new ranges>", performHPO=True, solutionConfig=config)
    without = train(world, name="<new bare>", performHPO=True)
    return {
        word: sorted(made.get("tunedHPOParams", {}).get("algorithmHyperParameters", ()))
        for word, made in {"with hpoConfig": with_ranges, "without": without}.items()
    }


@BOOK.observed(
    "versions/reserved-event-types",
    f"{TRAININGS} PutEvents",
    "Which event types are reserved, so that no model is trained on them?",
    needs=("<group INTERACTIONS>",),
    spends="training",
)
def reserved(world: World) -> Any:
    """A thousand events of one type."""
    seen = {}
    for name in ("EVENT_TYPE", "TIMESTAMP", "impression"):
        stream(world, "<group tracker id>", eventType=name)
        changes = {"name": f"<new {name.lower()}>", "datasetGroupArn": "<group>", "eventType": name}
        seen[name] = train(world, **changes)["status"]
    return seen


@BOOK.observed(
    "runtime/untouched-item-in-a-ranking",
    "GetPersonalizedRanking",
    "Is an item that has metadata and no interactions known to a model?",
    needs=("<ranks campaign>",),
)
def untouched(world: World) -> Any:
    """Whether it has a score."""
    answer = world.call(*request("GetPersonalizedRanking", inputList=["i45", "i1"]))
    return {
        item["itemId"]: "scored" if "score" in item else "without a score" for item in answer["personalizedRanking"]
    }


@BOOK.observed(
    "runtime/items-of-sims",
    "GetRecommendations",
    "Do the defaults of SIMS leave items out of the recommendations?",
    needs=("<own sims campaign>",),
)
def items_of_sims(world: World) -> Any:
    """How many of the forty items that anybody has seen are ever recommended."""
    found: set[str] = set()
    for number in range(40):
        changes = {"campaignArn": "<own sims campaign>", "userId": None, "itemId": f"i{number}", "numResults": 100}
        answer = world.ask(*request("GetRecommendations", **changes))
        if isinstance(answer, Refusal):
            return observation(answer)
        found |= {item["itemId"] for item in answer["itemList"]}
    return len(found)


def stream(world: World, tracking_id: str, **changes: Any) -> None:
    """A thousand events of forty users."""
    for number in range(100):
        events = [
            {"eventType": "View", "itemId": f"i{(number + place) % 30}", "sentAt": MOMENT + number * 60 + place}
            | changes
            for place in range(10)
        ]
        members = {"trackingId": tracking_id, "userId": f"u{number % 40}", "sessionId": "s"}
        world.call("PutEvents", {**members, "eventList": events})


def code_of(answer: dict[str, Any] | Refusal) -> str | None:
    """What is wrong with an answer that should be refused as invalid input."""
    code = answer.code if isinstance(answer, Refusal) else "answered"
    return None if code == II else code


OWN_GROUP: Final = "CreateDatasetGroup CreateSchema CreateDataset CreateSolution CreateSolutionVersion"


def group_of(world: World, **schemas: str) -> None:
    """The case's own dataset group with datasets of those schemas, and a thousand events."""
    for dataset_type, text in schemas.items():
        schema = world.make("CreateSchema", {"name": f"<new {dataset_type.lower()}>", "schema": text})
        members = {"name": f"<new {dataset_type.lower()}>", "datasetGroupArn": "<group>", "datasetType": dataset_type}
        world.make("CreateDataset", {**members, "schemaArn": schema})
    if "INTERACTIONS" in schemas:
        stream(world, "<group tracker id>")


PLAIN_EVENTS: Final = avro("Interactions", USER_ID="string", ITEM_ID="string", TIMESTAMP="long")
PLAIN_ITEMS: Final = avro("Items", ITEM_ID="string", TITLE="string", PRICE="float")


@BOOK.checked(
    "solutions/events-config-without-event-types",
    OWN_GROUP,
    "InvalidInputException",
    guide("event parameters"),
    spends="training",
)
def no_event_types(world: World) -> str | None:
    """Interactions that have no EVENT_TYPE."""
    group_of(world, INTERACTIONS=PLAIN_EVENTS)
    changes = {"datasetGroupArn": "<group>", "recipeArn": f"{RECIPE}user-personalization-v2"}
    return code_of(world.ask(*request("CreateSolution", **changes, solutionConfig=weighted("View"))))


@BOOK.checked(
    "jobs/themes-without-texts",
    OWN_GROUP,
    "InvalidInputException",
    guide("batch inference with themes"),
    needs=("<items lines>",),
    spends="training",
)
def themes_without_texts(world: World) -> str | None:
    """Items that have names, and no textual field."""
    group_of(world, INTERACTIONS=PLAIN_EVENTS, ITEMS=PLAIN_ITEMS)
    made = train(world, datasetGroupArn="<group>", recipeArn=f"{RECIPE}similar-items")
    themes = {
        "solutionVersionArn": made["solutionVersionArn"],
        "batchInferenceJobMode": "THEME_GENERATION",
        "themeGenerationConfig": {"fieldsForThemeGeneration": {"itemName": "TITLE"}},
        "jobInput": {"s3DataSource": {"path": "<bucket>items.json"}},
    }
    return code_of(world.ask(*request("CreateBatchInferenceJob", **themes)))


@BOOK.checked(
    "campaigns/metadata-without-items",
    OWN_GROUP,
    "InvalidInputException",
    guide("item metadata with recommendations"),
    spends="training",
)
def metadata_without_items(world: World) -> str | None:
    """A group that has no Items dataset."""
    group_of(world, INTERACTIONS=PLAIN_EVENTS)
    made = train(world, datasetGroupArn="<group>", recipeArn=f"{RECIPE}user-personalization")
    changes = {
        "solutionVersionArn": made["solutionVersionArn"],
        "campaignConfig": {"enableMetadataWithRecommendations": True},
    }
    return code_of(world.ask(*request("CreateCampaign", **changes)))


@BOOK.checked(
    "campaigns/version-of-another-group",
    f"{OWN_GROUP} UpdateCampaign",
    "InvalidInputException",
    guide("updating a campaign"),
    needs=("<picks campaign>",),
    spends="training",
)
def version_of_another_group(world: World) -> str | None:
    """A version that knows nothing of the campaign's items."""
    group_of(world, INTERACTIONS=PLAIN_EVENTS)
    made = train(world, datasetGroupArn="<group>", recipeArn=f"{RECIPE}user-personalization")
    members = {"campaignArn": "<picks campaign>", "solutionVersionArn": made["solutionVersionArn"]}
    return code_of(world.ask("UpdateCampaign", members))


def _texts_alone(world: World) -> str:
    """A version of aws-semantic-similarity, trained on items alone."""
    fields: dict[str, Any] = {"ITEM_ID": "string", "TITLE": {"type": "string", "itemName": True}, "PLOT": TEXTUAL}
    group_of(world, ITEMS=avro("Items", **fields))
    dataset = world.call("ListDatasets", {"datasetGroupArn": "<group>"})["datasets"][0]["datasetArn"]
    for start in range(0, 30, 10):
        items = [
            {"itemId": f"i{n}", "properties": json.dumps({"title": f"Film {n}", "plot": f"A story of number {n}"})}
            for n in range(start, start + 10)
        ]
        world.call("PutItems", {"datasetArn": dataset, "items": items})
    return str(train(world, datasetGroupArn="<group>", recipeArn=f"{RECIPE}semantic-similarity")["solutionVersionArn"])


@BOOK.checked(
    "campaigns/popularity-without-interactions",
    OWN_GROUP,
    "InvalidInputException",
    guide("the page of semantic similarity"),
    spends="training",
)
def popularity_without_interactions(world: World) -> str | None:
    """There is nothing to count."""
    changes = {"solutionVersionArn": _texts_alone(world), "campaignConfig": {"rankingInfluence": {"POPULARITY": 0.5}}}
    return code_of(world.ask(*request("CreateCampaign", **changes)))


@BOOK.checked(
    "runtime/promotion-of-semantic-similarity",
    f"{OWN_GROUP} CreateCampaign GetRecommendations",
    "InvalidInputException",
    guide("promoting items"),
    spends="training",
)
def promotion_of_semantic_similarity(world: World) -> str | None:
    """Promotions are not for that recipe."""
    arn = world.make(*request("CreateCampaign", solutionVersionArn=_texts_alone(world)))
    promotion = {"name": "ours", "percentPromotedItems": 50}
    members = {"campaignArn": arn, "itemId": "i1", "promotions": [promotion]}
    return code_of(world.ask("GetRecommendations", members))
