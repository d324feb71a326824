"""Constraints of shapes, ARNs and names: what every operation has alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from pytest_personalize.conformance.case import Case, Like, model, recorded
from pytest_personalize.conformance.errors import Refusal
from pytest_personalize.conformance.rows import AE, II, NF, VE, Book, answered, refused, request, slug, unknown
from pytest_personalize.conformance.run import observation
from pytest_personalize.conformance.samples import SAMPLES
from pytest_personalize.conformance.things import RECIPE

if TYPE_CHECKING:
    from pytest_personalize.conformance.world import World

VIOLATION: Final = recorded("a printed error of the control plane; the constraint is in the service model")
ARN_MEMBERS: Final[Mapping[str, str]] = {
    "algorithmArn": "arn:aws:personalize:::algorithm/no-such",
    "batchInferenceJobArn": "<here>:batch-inference-job/no-such",
    "batchSegmentJobArn": "<here>:batch-segment-job/no-such",
    "campaignArn": "<here>:campaign/no-such",
    "dataDeletionJobArn": "<here>:data-deletion-job/no-such",
    "datasetArn": "<here>:dataset/no-such/ITEMS",
    "datasetExportJobArn": "<here>:dataset-export-job/no-such",
    "datasetGroupArn": "<here>:dataset-group/no-such",
    "datasetImportJobArn": "<here>:dataset-import-job/no-such",
    "eventTrackerArn": "<here>:event-tracker/0a1b2c3d",
    "featureTransformationArn": "arn:aws:personalize:::feature-transformation/no-such",
    "filterArn": "<here>:filter/no-such",
    "metricAttributionArn": "<here>:metric-attribution/no-such",
    "recipeArn": f"{RECIPE}no-such",
    "recommenderArn": "<here>:recommender/no-such",
    "resourceArn": "<here>:campaign/no-such",
    "schemaArn": "<here>:schema/no-such",
    "solutionArn": "<here>:solution/no-such",
    "solutionVersionArn": "<here>:solution/no-such/0a1b2c3d",
}
"""An ARN of the right form for each member, of something that does not exist."""


def _arns_in(sample: Mapping[str, Any]) -> Iterator[str]:
    """The members of a request that name something, in its order."""
    return (member for member in sample if member in ARN_MEMBERS)


def _cheap(operation: str, member: str) -> dict[str, Any]:
    """The sample without what would have to be made or paid for first, as far as the ARN alone decides."""
    members: dict[str, Any] = dict(SAMPLES[operation])
    text = {
        "jobInput": {"s3DataSource": {"path": "s3://conform/in.json"}},
        "jobOutput": {"s3DataDestination": {"path": "s3://conform/out/"}},
        "roleArn": "arn:aws:iam::123456789012:role/conform",
    }
    if "dataSource" in members:
        text["dataSource"] = {"dataLocation": "s3://conform/in.csv"}
    return {name: text.get(name, value) for name, value in members.items()}


def _of_arns() -> Iterator[Case]:
    """For every member that names something: what is not there, what is of another kind, what is no ARN."""
    for operation, sample in SAMPLES.items():
        for member in _arns_in(sample):
            start = f"arns/{slug(operation)}-{slug(member)}"
            cheap = _cheap(operation, member)
            of_another = ARN_MEMBERS["schemaArn" if member != "schemaArn" else "filterArn"]
            calls = {
                word: (operation, {**cheap, member: value})
                for word, value in (
                    ("unknown", ARN_MEMBERS[member]),
                    ("of-another-kind", of_another),
                    ("no-arn", "no-arn"),
                )
            }
            errors = model(f"the errors of {operation}")
            runtime = operation.startswith("Get") and member in ("campaignArn", "recommenderArn")
            if not operation.startswith("List") or operation in ("ListSolutionVersions", "ListTagsForResource"):
                yield refused(f"{start}-unknown", calls["unknown"], NF, errors, tier="core")
            yield refused(f"{start}-of-another-kind", calls["of-another-kind"], II, errors)
            yield refused(f"{start}-no-arn", calls["no-arn"], VE, VIOLATION, tier="strict")
            if runtime:
                elsewhere = (operation, {**cheap, member: "<here@eu-west-1>:campaign/no-such"})
                yield refused(f"{start}-elsewhere", elsewhere, NF, errors)


NAMED: Final = (
    *("CreateDatasetGroup", "CreateSchema", "CreateDataset", "CreateFilter", "CreateEventTracker", "CreateSolution"),
    *("CreateCampaign", "CreateRecommender", "CreateMetricAttribution", "CreateSolutionVersion"),
)
JOBS: Final = (
    *("CreateDatasetImportJob", "CreateDatasetExportJob", "CreateDataDeletionJob", "CreateBatchInferenceJob"),
    "CreateBatchSegmentJob",
)


def _of_names() -> Iterator[Case]:
    """Names of resources and of jobs, with ARNs of things that are not there, so that nothing is ever made."""
    for operation in (*NAMED, *JOBS):
        member = "jobName" if operation in JOBS else "name"
        sample = {name: ARN_MEMBERS.get(name, value) for name, value in _cheap(operation, member).items()}
        start = f"names/{slug(operation)}"
        for word, name in (("of-64", "a" * 64), ("with-a-blank", "two words"), ("that-begins-with-a-dash", "-a")):
            yield refused(f"{start}-{word}", (operation, {**sample, member: name}), VE, VIOLATION, tier="strict")


ALREADY: Final = recorded("retail-demo-store issue 219, printed for CreateSchema")
TWICE: Final = (
    *("CreateDatasetGroup", "CreateSchema", "CreateFilter", "CreateSolution", "CreateCampaign", "CreateDataset"),
)
UNIQUE: Final = model("names are unique in account and region; ResourceAlreadyExistsException is modelled")


def _of_taken_names() -> Iterator[Case]:
    for operation in TWICE:
        needs = {"CreateSolution": ("<shop data>",), "CreateFilter": ("<shop INTERACTIONS>",)}.get(operation, ())
        text = "Another resource with Arn .* already exists" if operation == "CreateSchema" else ""
        source = ALREADY if operation == "CreateSchema" else UNIQUE
        call = request(operation)
        yield refused(f"names/{slug(operation)}-twice", call, AE, source, call, tier="core", text=text, needs=needs)


def _of_arn_forms() -> Iterator[Case]:
    """How the ARN of a new resource reads."""
    forms = recorded("ARNs in printed outputs of AWS's notebooks")
    tails = {
        "CreateDatasetGroup": "dataset-group/<new>",
        "CreateSchema": "schema/<new>",
        "CreateFilter": "filter/<new>",
        "CreateSolution": "solution/<new>",
        "CreateCampaign": "campaign/<new>",
        "CreateEventTracker": "event-tracker/[0-9a-f]{8}",
        "CreateDataset": "dataset/.*/USERS",
        "CreateSolutionVersion": "solution/.*/[0-9a-f]{8}",
    }
    for operation, tail in tails.items():
        member = THING_ARNS[operation]
        needs = {"CreateSolution": ("<shop data>",), "CreateFilter": ("<shop INTERACTIONS>",)}.get(operation, ())
        spends: Any = "training" if operation == "CreateSolutionVersion" else "nothing"
        pattern = {member: Like(f"<here>:{tail}")}
        yield answered(
            f"arns/form-of-{slug(operation)[7:]}",
            request(operation),
            pattern,
            forms,
            tier="core",
            needs=needs,
            spends=spends,
        )


THING_ARNS: Final = {
    "CreateDatasetGroup": "datasetGroupArn",
    "CreateSchema": "schemaArn",
    "CreateFilter": "filterArn",
    "CreateSolution": "solutionArn",
    "CreateCampaign": "campaignArn",
    "CreateEventTracker": "eventTrackerArn",
    "CreateDataset": "datasetArn",
    "CreateSolutionVersion": "solutionVersionArn",
}

NO_CAMPAIGN: Final = ARN_MEMBERS["campaignArn"]
NO_VERSION: Final = ARN_MEMBERS["solutionVersionArn"]

BOOK: Final = Book(
    *_of_arns(),
    *_of_names(),
    *_of_taken_names(),
    *_of_arn_forms(),
    # -- other constraints of shapes
    *(
        refused(f"requests/{title}", call, VE, VIOLATION, tier="strict")
        for title, call in {
            "a-name-is-missing": ("CreateDatasetGroup", {}),
            "a-name-is-empty": request("CreateDatasetGroup", name=""),
            "a-role-out-of-form": request("CreateDatasetGroup", roleArn="nobody"),
            "a-key-out-of-form": request("CreateDatasetGroup", kmsKeyArn="no-key"),
            "a-schema-of-20001-characters": request("CreateSchema", schema=" " * 20_001),
            "an-expression-of-2501-characters": request("CreateFilter", filterExpression="x" * 2501),
            "a-page-of-101": ("ListSchemas", {"maxResults": 101}),
            "a-page-of-0": ("ListSchemas", {"maxResults": 0}),
            "a-token-of-1501-characters": ("ListSchemas", {"nextToken": "x" * 1501}),
            "recipes-of-others": ("ListRecipes", {"recipeProvider": "OTHERS"}),
            "a-training-mode-that-there-is-not": request(
                "CreateSolutionVersion", solutionArn=ARN_MEMBERS["solutionArn"], trainingMode="SOON"
            ),
            "an-import-mode-that-there-is-not": (
                "CreateDatasetImportJob",
                {**_cheap("CreateDatasetImportJob", ""), "datasetArn": ARN_MEMBERS["datasetArn"], "importMode": "MORE"},
            ),
            "a-location-that-is-no-url": (
                "CreateDatasetImportJob",
                {
                    **_cheap("CreateDatasetImportJob", ""),
                    "datasetArn": ARN_MEMBERS["datasetArn"],
                    "dataSource": {"dataLocation": "items.csv"},
                },
            ),
            "a-tag-key-of-129": request("CreateDatasetGroup", tags=[{"tagKey": "k" * 129, "tagValue": "v"}]),
            "a-tag-value-of-257": request("CreateDatasetGroup", tags=[{"tagKey": "k", "tagValue": "v" * 257}]),
            "a-schedule-out-of-form": request(
                "CreateSolution",
                datasetGroupArn=ARN_MEMBERS["datasetGroupArn"],
                solutionConfig={"autoTrainingConfig": {"schedulingExpression": "every week"}},
            ),
            "an-objective-without-a-sensitivity-of-the-list": request(
                "CreateSolution",
                datasetGroupArn=ARN_MEMBERS["datasetGroupArn"],
                solutionConfig={"optimizationObjective": {"objectiveSensitivity": "SOME"}},
            ),
            "eleven-metrics": request(
                "CreateMetricAttribution",
                datasetGroupArn=ARN_MEMBERS["datasetGroupArn"],
                metrics=[{"eventType": "v", "metricName": f"m{n}", "expression": "SAMPLECOUNT()"} for n in range(11)],
            ),
        }.items()
    ),
    unknown(
        "requests/below-a-minimum",
        "How is a value below a minimum worded, which the SDKs never send?",
        ("CreateCampaign", {"name": "<new>", "solutionVersionArn": NO_VERSION, "minProvisionedTPS": 0}),
        look="message",
    ),
    unknown(
        "requests/violation-at-the-runtime",
        "Do runtime and events answer a violated constraint with ValidationException, too?",
        ("GetRecommendations", {"campaignArn": NO_CAMPAIGN, "userId": "u" * 257}),
    ),
    unknown(
        "requests/domain-custom",
        "Is CUSTOM, another word for no domain, refused otherwise than a domain that there is not?",
        request("CreateSchema", domain="CUSTOM"),
    ),
)


@BOOK.observed("lists/below-nothing", "", "Is a list refused, or empty, below something that does not exist?")
def below_nothing(world: World) -> dict[str, object]:
    """Every list that has a parent."""
    seen: dict[str, object] = {}
    for operation, sample in SAMPLES.items():
        member = next(_arns_in(sample), None)
        if operation.startswith("List") and member and operation not in ("ListSolutionVersions", "ListTagsForResource"):
            answer = world.ask(operation, {member: ARN_MEMBERS[member]})
            rows = {} if isinstance(answer, Refusal) else answer
            empty = any(value == [] for value in rows.values())
            seen[operation] = "empty" if empty else observation(answer)
    return seen
