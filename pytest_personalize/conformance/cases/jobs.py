"""Import, export and deletion jobs: these need a bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_personalize.conformance.case import ABSENT, ANY, Like, guide, recorded
from pytest_personalize.conformance.errors import Refusal
from pytest_personalize.conformance.rows import AE, II, IU, SAYS, Book, answered, refused, request
from pytest_personalize.conformance.things import ITEMS_CSV, METRIC, MOMENT

if TYPE_CHECKING:
    from pytest_personalize.conformance.world import World

LOOKED_AT: Final = recorded("CreateDatasetImportJob looks at the data before it answers")
MISTAKES: Final = guide("error messages")
SPENDS: Final[Any] = "import"
ITEMS_FILE: Final = ("<items file>",)


def load(**changes: Any) -> Any:
    """CreateDatasetImportJob."""
    return request("CreateDatasetImportJob", **changes)


def path(kind: str, text: str) -> dict[str, Any]:
    """Input or output at that address."""
    return {kind: {"path": text}}


BOOK: Final = Book(
    answered(
        "jobs/import",
        load(),
        {"datasetImportJobArn": Like("<here>:dataset-import-job/<new>")},
        SAYS,
        needs=ITEMS_FILE,
        tier="core",
    ),
    answered(
        "jobs/import-described",
        ("DescribeDatasetImportJob", {"datasetImportJobArn": "<import>"}),
        {
            "datasetImportJob": {
                "datasetArn": "<shop ITEMS>",
                "importMode": "FULL",
                "status": "ACTIVE",
                "dataSource": ANY,
                "roleArn": "<role>",
                "failureReason": ABSENT,
            }
        },
        guide("importing bulk data, a sample answer"),
        tier="core",
    ),
    refused("jobs/import-twice", load(), AE, SAYS, load(), needs=ITEMS_FILE, tier="core"),
    refused("jobs/import-of-nothing", load(dataSource={"dataLocation": "<bucket>no-such.csv"}), II, MISTAKES),
    refused(
        "jobs/import-incremental-first",
        load(importMode="INCREMENTAL", datasetArn="<group ITEMS>"),
        II,
        guide("incremental imports"),
        needs=ITEMS_FILE,
    ),
    refused(
        "jobs/import-nowhere-to-publish",
        load(publishAttributionMetricsToS3=True),
        II,
        guide("metric attributions"),
        needs=ITEMS_FILE,
    ),
    refused(
        "jobs/import-dataset-in-creation",
        load(datasetArn="<pending group ITEMS>"),
        IU,
        SAYS,
        needs=ITEMS_FILE,
        tier="strict",
    ),
    refused(
        "jobs/import-in-use",
        ("DeleteDataset", {"datasetArn": "<group ITEMS>"}),
        IU,
        SAYS,
        load(datasetArn="<group ITEMS>"),
        needs=ITEMS_FILE,
        tier="strict",
    ),
    answered(
        "jobs/export",
        ("DescribeDatasetExportJob", {"datasetExportJobArn": "<export>"}),
        {"datasetExportJob": {"status": "ACTIVE", "ingestionMode": "PUT", "datasetArn": "<shop ITEMS>"}},
        SAYS,
    ),
    refused(
        "jobs/export-of-actions",
        request("CreateDatasetExportJob", datasetArn="<shop ACTIONS>"),
        II,
        guide("exporting datasets"),
    ),
    answered(
        "jobs/deletion",
        ("DescribeDataDeletionJob", {"dataDeletionJobArn": "<deletion>"}),
        {"dataDeletionJob": {"status": "COMPLETED", "numDeleted": ANY, "datasetGroupArn": "<shop>"}},
        guide("deleting users"),
    ),
    refused(
        "jobs/import-without-access",
        load(dataSource={"dataLocation": "s3://nobody-owns-this-bucket/items.csv"}),
        II,
        LOOKED_AT,
    ),
)


@BOOK.checked(
    "jobs/import-without-a-column",
    "CreateDatasetImportJob",
    "InvalidInputException that names the column",
    LOOKED_AT,
    spends=SPENDS,
)
def without_a_column(world: World) -> str | None:
    """No PRICE."""
    world.put("short.csv", "ITEM_ID,GENRE\ni1,War\n")
    answer = world.ask(*load(dataSource={"dataLocation": "<bucket>short.csv"}))
    if not isinstance(answer, Refusal):
        return "answered"
    return None if answer.code == II and "PRICE" in answer.message else str(answer)


@BOOK.checked(
    "jobs/import-of-bad-rows",
    "CreateDatasetImportJob DescribeDatasetImportJob",
    "CREATE FAILED with a reason",
    LOOKED_AT,
    spends=SPENDS,
)
def bad_rows(world: World) -> str | None:
    """A price that is no number."""
    world.put("bad.csv", ITEMS_CSV.replace("1.5", "cheap", 1))
    arn = world.call(*load(dataSource={"dataLocation": "<bucket>bad.csv"}))["datasetImportJobArn"]
    status = world.end(arn)
    return None if status == "CREATE FAILED" else status


@BOOK.checked(
    "jobs/five-imports-at-once",
    "CreateDatasetImportJob",
    "LimitExceededException for the sixth",
    MISTAKES,
    needs=ITEMS_FILE,
    spends=SPENDS,
    tier="strict",
)
def five_at_once(world: World) -> str | None:
    """Six imports."""
    for number in range(6):
        answer = world.ask(*load(jobName=f"<new {number}>"))
        if isinstance(answer, Refusal):
            text = "More than 5 resources with PENDING or IN_PROGRESS status."
            return None if answer.code == "LimitExceededException" and text in answer.message else str(answer)
    return "six were made"


@BOOK.observed(
    "jobs/exports-at-once",
    "CreateDatasetExportJob",
    "How many export jobs may run at once?",
    needs=("<shop data>",),
    spends=SPENDS,
)
def exports_at_once(world: World) -> Any:
    """At most ten."""
    for number in range(10):
        if isinstance(world.ask(*request("CreateDatasetExportJob", jobName=f"<new {number}>")), Refusal):
            return number
    return "ten or more"


@BOOK.observed(
    "jobs/files-of-an-export",
    "CreateDatasetExportJob",
    "How many files does an export write, and how are they called?",
    needs=("<export>",),
)
def files_of_an_export(world: World) -> Any:
    """The names, with that of the job as NAME."""
    world.make(*request("CreateDatasetExportJob", jobOutput=path("s3DataDestination", "<bucket>alone/")))
    return sorted(name.replace(world.fill("<new>"), "NAME") for name in world.objects("alone") if name != "_CHECK")


def _report(world: World) -> tuple[str, list[str]]:
    """Name and lines of the report that an import publishes."""
    data = "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,EVENT_VALUE,DEVICE\n" + f"u1,i1,{MOMENT + 200},View,,\n" * 1000
    world.put("views.csv", data)
    world.make(
        *request(
            "CreateMetricAttribution",
            datasetGroupArn="<group>",
            metrics=[METRIC],
            metricsOutputConfig={"roleArn": "<role>", "s3DataDestination": {"path": "<bucket>attribution/"}},
        )
    )
    source = {"dataLocation": "<bucket>views.csv"}
    world.make(*load(datasetArn="<group INTERACTIONS>", dataSource=source, publishAttributionMetricsToS3=True))
    name, text = next(iter(sorted(world.objects("attribution").items())))
    return name, text.splitlines()


@BOOK.observed(
    "jobs/name-of-a-report",
    "CreateMetricAttribution CreateDatasetImportJob",
    "How is the import method written in the name of a report?",
    needs=("<group INTERACTIONS>",),
    spends=SPENDS,
)
def name_of_a_report(world: World) -> Any:
    """The second part of three."""
    return _report(world)[0].split(" - ")[1]


@BOOK.observed(
    "jobs/moment-of-a-window",
    "CreateMetricAttribution CreateDatasetImportJob",
    "Which moment of its 15 minutes is the TIMESTAMP of a line of a report?",
    needs=("<group INTERACTIONS>",),
    spends=SPENDS,
)
def moment_of_a_window(world: World) -> Any:
    """The event was at a moment of a window that is known."""
    header, line, *_ = _report(world)[1]
    moment = int(float(line.split(",")[header.split(",").index("TIMESTAMP")]))
    start = (MOMENT + 200) // 900 * 900
    return {start: "its beginning", start + 900: "its end", MOMENT + 200: "the event"}.get(moment, "another")


@BOOK.observed(
    "jobs/objects-passed-over", "CreateDatasetImportJob", "Which objects of a folder are passed over?", spends=SPENDS
)
def passed_over(world: World) -> Any:
    """A good file, and beside it one that could not be read if anybody did."""
    seen = {}
    for number, name in enumerate(("_SUCCESS", ".metadata", "part-00000", "notes.txt")):
        world.put(f"folder{number}/items.csv", ITEMS_CSV)
        world.put(f"folder{number}/{name}", "no header of items\n")
        source = {"dataLocation": f"<bucket>folder{number}/"}
        answer = world.ask(*load(jobName=f"<new {number}>", dataSource=source))
        if isinstance(answer, Refusal):
            seen[name] = answer.code
        else:
            seen[name] = world.end(answer["datasetImportJobArn"])
    return seen
