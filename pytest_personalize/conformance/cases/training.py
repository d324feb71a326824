"""What trainings make of data and settings; nearly all of it is unknown, and costs a training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_personalize.conformance.errors import Blocked, Refusal
from pytest_personalize.conformance.rows import Book, request
from pytest_personalize.conformance.run import observation
from pytest_personalize.conformance.things import MOMENT, RECIPE
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
    try:
        world.wait(version)
    except Blocked as blocked:
        if blocked.seen.code != "CREATE FAILED":
            raise
        return {"status": blocked.seen.code}
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


@BOOK.observed("versions/tuned-parameters", TRAININGS, "Which parameters are tuned, and shown?", needs=DATA, spends="training")
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
        for number in range(100):
            events = [
                {"eventType": name, "itemId": f"i{(number + place) % 30}", "sentAt": MOMENT + number * 60 + place}
                for place in range(10)
            ]
            members = {"trackingId": "<group tracker id>", "userId": f"u{number % 40}", "sessionId": "s"}
            world.call("PutEvents", {**members, "eventList": events})
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
    return {item["itemId"]: "scored" if "score" in item else "without a score" for item in answer["personalizedRanking"]}


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
