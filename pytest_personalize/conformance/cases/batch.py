"""Batch inference and batch segment jobs: these need a bucket."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from pytest_personalize.conformance.case import ABSENT, ANY, guide, recorded
from pytest_personalize.conformance.cases.jobs import MISTAKES, SPENDS, path
from pytest_personalize.conformance.errors import Refusal
from pytest_personalize.conformance.rows import II, IU, SAYS, Book, answered, refused, request, unknown
from pytest_personalize.conformance.things import MOMENT

if TYPE_CHECKING:
    from pytest_personalize.conformance.world import World

BATCH: Final = guide("batch inference input and output")
THEMES: Final = {"fieldsForThemeGeneration": {"itemName": "TITLE"}}


def infer(**changes: Any) -> Any:
    """CreateBatchInferenceJob."""
    return request("CreateBatchInferenceJob", **changes)


BOOK: Final = Book(
    answered(
        "jobs/batch-described",
        ("DescribeBatchInferenceJob", {"batchInferenceJobArn": "<users batch>"}),
        {
            "batchInferenceJob": {
                "status": "ACTIVE",
                "solutionVersionArn": "<picks version>",
                "jobInput": ANY,
                "jobOutput": ANY,
                "batchInferenceJobConfig": ABSENT,
            }
        },
        SAYS,
        tier="core",
    ),
    answered(
        "jobs/segments-described",
        ("DescribeBatchSegmentJob", {"batchSegmentJobArn": "<items batch>"}),
        {"batchSegmentJob": {"status": "ACTIVE", "solutionVersionArn": "<fans version>"}},
        SAYS,
        tier="core",
    ),
    refused("jobs/batch-of-segments", infer(solutionVersionArn="<fans version>"), II, SAYS, needs=("<users lines>",)),
    refused(
        "jobs/segments-of-items",
        request("CreateBatchSegmentJob", solutionVersionArn="<picks version>"),
        II,
        SAYS,
        needs=("<items lines>",),
    ),
    refused("jobs/batch-without-input", infer(jobInput=path("s3DataSource", "<bucket>no-such/")), II, MISTAKES),
    refused(
        "jobs/batch-version-in-training",
        infer(solutionVersionArn="<pending picks version>"),
        IU,
        SAYS,
        needs=("<users lines>",),
        tier="strict",
    ),
    refused(
        "jobs/themes-without-configuration",
        infer(batchInferenceJobMode="THEME_GENERATION"),
        II,
        SAYS,
        needs=("<users lines>",),
    ),
    refused(
        "jobs/themes-of-the-wrong-recipe",
        infer(batchInferenceJobMode="THEME_GENERATION", themeGenerationConfig=THEMES),
        II,
        SAYS,
        needs=("<users lines>",),
    ),
    refused(
        "jobs/themes-without-the-column",
        infer(
            solutionVersionArn="<alike version>",
            batchInferenceJobMode="THEME_GENERATION",
            themeGenerationConfig={"fieldsForThemeGeneration": {"itemName": "NO_SUCH"}},
        ),
        II,
        SAYS,
        needs=("<items lines>",),
    ),
    refused(
        "jobs/segments-by-attributes-with-interactions",
        request("CreateBatchSegmentJob", solutionVersionArn="<tastes version>", filterArn="<buyers filter>"),
        II,
        guide("user segment filters"),
        needs=("<items lines>",),
    ),
    refused(
        "jobs/batch-output-that-is-no-place",
        infer(jobOutput=path("s3DataDestination", "http://example.org/out/")),
        II,
        MISTAKES,
        needs=("<users lines>",),
    ),
    refused(
        "jobs/batch-filter-of-users",
        infer(filterArn="<users filter>"),
        II,
        guide("batch filters"),
        needs=("<users lines>",),
    ),
    unknown(
        "jobs/output-without-access",
        "How is a job refused that may not write where it should?",
        infer(jobOutput=path("s3DataDestination", "s3://nobody-owns-this-bucket/")),
        needs=("<users lines>",),
    ),
    unknown(
        "jobs/batch-of-501-results",
        "How many results may a line of a batch have?",
        infer(numResults=501),
        needs=("<users lines>",),
        spends=SPENDS,
    ),
)


def lines_of(world: World, job: str, **changes: Any) -> list[dict[str, Any]]:
    """The lines that a new batch inference job writes."""
    output = path("s3DataDestination", f"<bucket>{job}/")
    world.make(*infer(jobOutput=output, **changes))
    found = world.objects(job)
    text = next(content for name, content in found.items() if name.endswith(".out"))
    return [json.loads(line) for line in text.splitlines()]


@BOOK.checked(
    "jobs/batch-lines",
    "CreateBatchInferenceJob",
    "a line for each of the input, in its order, with scores",
    BATCH,
    needs=("<users lines>", "<picks version>"),
    spends="training",
)
def batch_lines(world: World) -> str | None:
    """Two users."""
    lines = lines_of(world, "lines")
    users = [line["input"] for line in lines]
    if users != [{"userId": "u1"}, {"userId": "u2"}]:
        return f"{users}"
    output = lines[0]["output"]
    same = len(output["recommendedItems"]) == len(output["scores"])
    return None if same and lines[0]["error"] is None else f"{lines[0]}"


@BOOK.checked(
    "jobs/batch-into-its-input",
    "CreateBatchInferenceJob",
    "refused, or a job that fails",
    MISTAKES,
    needs=("<same lines>", "<picks version>"),
    spends="training",
)
def into_its_input(world: World) -> str | None:
    """One folder for both."""
    same = "<bucket>same/"
    answer = world.ask(*infer(jobInput=path("s3DataSource", same), jobOutput=path("s3DataDestination", same)))
    if isinstance(answer, Refusal):
        return None if answer.code == II else str(answer)
    status = world.end(answer["batchInferenceJobArn"])
    return None if status == "CREATE FAILED" else status


@BOOK.checked(
    "jobs/batch-file-name",
    "CreateBatchInferenceJob",
    "the file is called after its input",
    BATCH,
    needs=("<users batch>",),
)
def batch_file(world: World) -> str | None:
    """``users.json.out``."""
    names = world.objects("users-out")
    return None if "users.json.out" in names else f"{sorted(names)}"


@BOOK.checked(
    "jobs/segment-lines",
    "CreateBatchSegmentJob",
    "usersList, and a null error",
    recorded("segment files of three notebooks"),
    needs=("<items batch>",),
)
def segment_lines(world: World) -> str | None:
    """One item."""
    line = json.loads(world.objects("items-out")["items.json.out"].splitlines()[0])
    sound = line["input"] == {"itemId": "i1"} and line["output"]["usersList"] and line["error"] is None
    return None if sound else f"{line}"


@BOOK.observed(
    "jobs/unknown-item-in-a-batch",
    "CreateBatchInferenceJob",
    "Has an item that the model does not know a score, in a file of rankings?",
    needs=("<ranks version>",),
    spends="training",
)
def unknown_in_a_batch(world: World) -> Any:
    """A ranking of two items, one of them unknown."""
    world.put("ranks.json", '{"userId": "u1", "itemList": ["nothing", "i1"]}\n')
    source = path("s3DataSource", "<bucket>ranks.json")
    output = lines_of(world, "ranks", jobInput=source, solutionVersionArn="<ranks version>")[0]["output"]
    items, scores = output["recommendedItems"], output["scores"]
    return {"items": items, "score of the unknown": dict(zip(items, scores, strict=False)).get("nothing", "absent")}


@BOOK.observed(
    "jobs/reasons-in-a-batch",
    "CreateBatchInferenceJob",
    "Under which key has a file of User-Personalization-v2 the reasons?",
    needs=("<picks2 version>", "<users lines>"),
    spends="training",
)
def reasons_in_a_batch(world: World) -> Any:
    """All keys of the output."""
    return sorted(lines_of(world, "reasons", solutionVersionArn="<picks2 version>")[0]["output"])


@BOOK.observed(
    "jobs/when-an-event-came",
    "CreateBatchInferenceJob PutEvents",
    "Does an event of the last 15 minutes count in a batch when its TIMESTAMP is older?",
    needs=("<users lines>", "<picks version>"),
    spends="training",
)
def when_an_event_came(world: World) -> Any:
    """Ten views of one item, years old by their TIMESTAMP."""
    before = lines_of(world, "before", jobName="<new before>")[0]["output"]
    events = [{"eventType": "View", "itemId": "i33", "sentAt": MOMENT + number} for number in range(10)]
    world.call(*request("PutEvents", userId="u1", eventList=events))
    after = lines_of(world, "after", jobName="<new after>")[0]["output"]
    return "does not count" if before == after else "counts"
