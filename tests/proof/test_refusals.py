"""Every error that the service models, for every operation that models it: raised, or named with the reason why not.

All calls go through boto3. A refused call must leave everything as it was, and over HTTP all is the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import field, frozen
from botocore.exceptions import ClientError

from pytest_personalize.service.kernel.quotas import QUOTAS, Quotas
from pytest_personalize.shapes import models

II = "InvalidInputException"
VE = "ValidationException"
NF = "ResourceNotFoundException"
AE = "ResourceAlreadyExistsException"
IU = "ResourceInUseException"
LE = "LimitExceededException"
TT = "TooManyTagsException"
TK = "TooManyTagKeysException"
NT = "InvalidNextTokenException"

ROLE = "arn:aws:iam::123456789012:role/PersonalizeRole"
KEY = "arn:aws:kms:us-east-1:123456789012:key/1"
RECIPE = "arn:aws:personalize:::recipe/aws-"
METRIC = {"eventType": "View", "metricName": "views", "expression": "SAMPLECOUNT()"}
REVENUE = {"eventType": "Purchase", "metricName": "revenue", "expression": "SUM(Interactions.EVENT_VALUE)"}
EVENT = {"eventType": "View", "itemId": "i1", "sentAt": 1_700_000_000}
ACTION_EVENT = {"actionId": "a1", "userId": "u1", "sessionId": "s", "timestamp": 1_700_000_000, "eventType": "TAKEN"}
USERS_SCHEMA = (
    '{"type": "record", "name": "Users", "namespace": "com.example", "version": "1.0", "fields":'
    ' [{"name": "USER_ID", "type": "string"}, {"name": "AGE", "type": "long"}]}'
)
ACTIONS_SCHEMA = USERS_SCHEMA.replace("Users", "Actions").replace("USER_ID", "ACTION_ID")


def tags(count: int) -> list[dict[str, str]]:
    return [{"tagKey": f"key{number}", "tagValue": "value"} for number in range(count)]


SAMPLES: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("requests.json").read_text())
"""A request of each operation that is answered; in it, ``<key>`` stands for the ARN of something in the world."""


@frozen
class Case:
    """A request that is refused: how a sample differs, the code, and calls that come before it."""

    operation: str
    code: str
    title: str
    changes: dict[str, Any] = field(factory=dict)
    before: tuple[tuple[str, dict[str, Any]], ...] = ()
    full: bool = False

    @property
    def members(self) -> dict[str, Any]:
        members = SAMPLES[self.operation] | self.changes
        return {name: value for name, value in members.items() if value is not None}


RUNTIME = models.operation_names("personalize-runtime")
ENDPOINTS = ("campaignArn", "recommenderArn")
MODELLED = {
    (name, error.name)
    for service in models.SERVICES
    for name in models.operation_names(service)
    for error in models.service_model(service).operation_model(name).error_shapes
}


def arns() -> Iterator[tuple[str, str, str]]:
    """Operation, member and value of every ARN in the samples that something is looked up by."""
    for operation, sample in SAMPLES.items():
        for name, value in sample.items():
            if name.endswith("Arn") and name not in ("roleArn", "kmsKeyArn"):
                yield operation, name, value


def unknown_arns() -> Iterator[Case]:
    for operation, name, value in arns():
        if operation == "ListMetricAttributionMetrics":
            yield Case(operation, II, f"unknown {name}", {name: f"{value}x"})
        elif not operation.startswith("List") or operation in ("ListSolutionVersions", "ListTagsForResource"):
            yield Case(operation, NF, f"unknown {name}", {name: f"{value}x"})


def strange_arns() -> Iterator[Case]:
    for operation, name, value in arns():
        other = "<shop>" if name == "schemaArn" else "<users schema>"
        yield Case(operation, II, f"{name} of another type", {name: other})
        if value.startswith("<"):
            place = f"{value[:-1]}@eu-west-1>"
            code = NF if operation in RUNTIME and name in ENDPOINTS else II
            yield Case(operation, code, f"{name} of another region", {name: place})


def taken_names() -> Iterator[Case]:
    """The second of two equal creations; where there is one per group, a second one of another name."""
    for operation, code in sorted(MODELLED):
        if code == AE and operation.startswith("Create"):
            yield Case(operation, AE, "twice", before=((operation, SAMPLES[operation]),))
    for operation in ("CreateDataset", "CreateEventTracker", "CreateMetricAttribution"):
        yield Case(operation, AE, "a second one", {"name": "other"}, before=((operation, SAMPLES[operation]),))
    yield Case("UpdateMetricAttribution", AE, "a metric again", {"addMetrics": [REVENUE]})


def many_tags() -> Iterator[Case]:
    for operation, code in sorted(MODELLED):
        if code == TT:
            yield Case(operation, TT, "51 tags", {"tags": tags(51)})
            yield Case(operation, II, "a reserved tag", {"tags": [{"tagKey": "aws:x", "tagValue": "y"}]})
            yield Case(operation, II, "a tag twice", {"tags": [*tags(2), *tags(1)]})
    yield Case("TagResource", TT, "50 tags more", {"tags": tags(50)})
    yield Case("UntagResource", TK, "51 keys", {"tagKeys": [f"key{number}" for number in range(51)]})


def quotas() -> Iterator[Case]:
    for operation, code in sorted(MODELLED):
        if code == LE and (operation, code) not in NEVER:
            yield Case(operation, LE, "quota used up", full=True)


def bad_tokens() -> Iterator[Case]:
    for operation, code in sorted(MODELLED):
        if code == NT:
            yield Case(operation, NT, "a token that nobody gave", {"nextToken": "AYADeKdnJ2"})


def deleted() -> Iterator[Case]:
    """What was deleted can neither be described nor deleted again."""
    for operation, sample in SAMPLES.items():
        if operation.startswith("Delete"):
            gone = ((operation, sample),)
            yield Case(operation, NF, "again", before=gone)
            yield Case(operation.replace("Delete", "Describe"), NF, "deleted", sample, before=gone)


NEVER = {
    ("CreateDataset", LE): "the only limit is one dataset of a type, which is a name that is taken",
    ("CreateEventTracker", LE): "the only limit is one tracker of a group, which is refused as existing already",
    ("CreateMetricAttribution", LE): "the only limit is one of a group, which is refused as existing already",
    ("ListRecipes", II): "all that it can refuse are constraints of its shape, which are no modelled errors",
    ("UpdateSolution", LE): "no quota is known that an update could exceed",
    ("TagResource", LE): "the limit of tags has an error of its own",
    ("ListTagsForResource", IU): "looking at tags disturbs nobody",
}
"""Modelled errors that the emulator never raises, and why."""

GONE_GROUP = (("DeleteDatasetGroup", {"datasetGroupArn": "<spare>"}),)
STATES = [
    # -- a parent or a target that is not ready, or that something holds on to
    Case("CreateBatchInferenceJob", IU, "version in training", {"solutionVersionArn": "<pending version>"}),
    Case("CreateBatchSegmentJob", IU, "version in training", {"solutionVersionArn": "<pending fans>"}),
    Case("CreateCampaign", IU, "version in training", {"solutionVersionArn": "<pending version>"}),
    Case("CreateBatchInferenceJob", IU, "solution in deletion", {"solutionVersionArn": "<gone version>"}),
    Case("CreateCampaign", IU, "solution in deletion", {"solutionVersionArn": "<gone version>"}),
    Case("CreateSolutionVersion", IU, "solution in deletion", {"solutionArn": "<gone>"}),
    Case("UpdateSolution", IU, "in deletion", {"solutionArn": "<gone>"}),
    Case("CreateDataDeletionJob", IU, "group in creation", {"datasetGroupArn": "<pending group>"}),
    Case("CreateDataset", IU, "group in creation", {"datasetGroupArn": "<pending group>"}),
    Case("CreateDatasetExportJob", IU, "dataset in creation", {"datasetArn": "<half USERS>"}),
    Case("CreateDatasetImportJob", IU, "dataset in creation", {"datasetArn": "<half USERS>"}),
    Case("CreateDatasetImportJob", IU, "dataset in update", {"datasetArn": "<half ITEMS>"}),
    Case("CreateEventTracker", IU, "group in creation", {"datasetGroupArn": "<pending group>"}),
    Case("CreateFilter", II, "group in creation", {"datasetGroupArn": "<pending group>"}),
    Case("CreateMetricAttribution", IU, "group in creation", {"datasetGroupArn": "<pending group>"}),
    Case("CreateRecommender", IU, "group in creation", {"datasetGroupArn": "<pending store>"}),
    Case("CreateSolution", IU, "group in creation", {"datasetGroupArn": "<pending group>"}),
    Case("CreateSolutionVersion", IU, "solution in creation", {"solutionArn": "<pending solution>"}),
    Case("DeleteCampaign", IU, "in creation", {"campaignArn": "<pending campaign>"}),
    Case("DeleteCampaign", IU, "in update", {"campaignArn": "<moving campaign>"}),
    Case("DeleteDataset", IU, "in creation", {"datasetArn": "<half USERS>"}),
    Case("DeleteDataset", IU, "import under way", {"datasetArn": "<half INTERACTIONS>"}),
    Case("DeleteDataset", IU, "training under way", {"datasetArn": "<shop INTERACTIONS>"}),
    Case("DeleteDatasetGroup", IU, "in creation", {"datasetGroupArn": "<pending group>"}),
    Case("DeleteDatasetGroup", IU, "not empty", {"datasetGroupArn": "<shop>"}),
    Case("DeleteEventTracker", IU, "in creation", {"eventTrackerArn": "<pending tracker>"}),
    Case("DeleteFilter", IU, "in creation", {"filterArn": "<pending filter>"}),
    Case("DeleteFilter", IU, "in deletion", {"filterArn": "<gone filter>"}),
    Case("DeleteMetricAttribution", IU, "in creation", {"metricAttributionArn": "<pending attribution>"}),
    Case("DeleteRecommender", IU, "in creation", {"recommenderArn": "<pending recommender>"}),
    Case("DeleteRecommender", IU, "in update", {"recommenderArn": "<moving recommender>"}),
    Case("DeleteSchema", IU, "of a dataset", {"schemaArn": "<users schema>"}),
    Case("DeleteSchema", IU, "of a dataset, soon", {"schemaArn": "<wider items schema>"}),
    Case("DeleteSolution", IU, "in creation", {"solutionArn": "<pending solution>"}),
    Case("DeleteSolution", IU, "in update", {"solutionArn": "<deals>"}),
    Case("DeleteSolution", IU, "has campaigns", {"solutionArn": "<picks>"}),
    Case("DeleteSolution", IU, "in training", {"solutionArn": "<fans>"}),
    Case("GetSolutionMetrics", IU, "in training", {"solutionVersionArn": "<pending version>"}),
    Case("StartRecommender", IU, "started", {"recommenderArn": "<top recommender>"}),
    Case("StopRecommender", IU, "stopped", {"recommenderArn": "<stopped recommender>"}),
    Case("StopRecommender", IU, "in update", {"recommenderArn": "<moving recommender>"}),
    Case("StopSolutionVersionCreation", IU, "trained", {"solutionVersionArn": "<picks version>"}),
    Case("TagResource", IU, "in deletion", {"resourceArn": "<gone filter>"}),
    Case("UntagResource", IU, "in deletion", {"resourceArn": "<gone filter>"}),
    Case("UpdateCampaign", IU, "in creation", {"campaignArn": "<pending campaign>"}),
    Case("UpdateCampaign", IU, "in update", {"campaignArn": "<moving campaign>"}),
    Case("UpdateDataset", IU, "in update", {"datasetArn": "<half ITEMS>"}),
    Case("UpdateMetricAttribution", IU, "in creation", {"metricAttributionArn": "<pending attribution>"}),
    Case("UpdateRecommender", IU, "in creation", {"recommenderArn": "<pending recommender>"}),
    Case("UpdateRecommender", IU, "in update", {"recommenderArn": "<moving recommender>"}),
    Case("UpdateRecommender", IU, "stopped", {"recommenderArn": "<stopped recommender>"}),
    Case("UpdateSolution", IU, "in creation", {"solutionArn": "<pending solution>"}),
    Case("UpdateSolution", IU, "in update", {"solutionArn": "<deals>"}),
    Case("PutActionInteractions", IU, "dataset in creation", {"trackingId": "<fresh actions id>"}),
    Case("PutActions", IU, "dataset in creation", {"datasetArn": "<fresh ACTIONS>"}),
    Case("PutItems", IU, "dataset in update", {"datasetArn": "<half ITEMS>"}),
    Case("PutUsers", IU, "dataset in creation", {"datasetArn": "<half USERS>"}),
    Case("GetRecommendations", NF, "campaign in creation", {"campaignArn": "<pending campaign>"}),
    Case("GetRecommendations", II, "stopped", {"campaignArn": None, "recommenderArn": "<stopped recommender>"}),
    Case("GetRecommendations", II, "filter in creation", {"filterArn": "<pending filter>"}),
    Case("CreateBatchInferenceJob", II, "filter in creation", {"filterArn": "<pending filter>"}),
    # -- a parent that was deleted
    Case("CreateDataDeletionJob", NF, "deleted group", {"datasetGroupArn": "<spare>"}, GONE_GROUP),
    Case("CreateDataset", NF, "deleted group", {"datasetGroupArn": "<spare>"}, GONE_GROUP),
    Case("CreateEventTracker", NF, "deleted group", {"datasetGroupArn": "<spare>"}, GONE_GROUP),
    Case("CreateFilter", NF, "deleted group", {"datasetGroupArn": "<spare>"}, GONE_GROUP),
    Case("CreateMetricAttribution", NF, "deleted group", {"datasetGroupArn": "<spare>"}, GONE_GROUP),
    Case("CreateRecommender", NF, "deleted group", {"datasetGroupArn": "<spare>"}, GONE_GROUP),
    Case("CreateSolution", NF, "deleted group", {"datasetGroupArn": "<spare>"}, GONE_GROUP),
    Case(
        "CreateDataset",
        NF,
        "deleted schema",
        {"schemaArn": "<spare schema>"},
        (("DeleteSchema", {"schemaArn": "<spare schema>"}),),
    ),
    Case(
        "CreateSolutionVersion",
        NF,
        "deleted solution",
        {"solutionArn": "<spare solution>"},
        (("DeleteSolution", {"solutionArn": "<spare solution>"}),),
    ),
    Case(
        "GetRecommendations",
        NF,
        "deleted campaign",
        {"campaignArn": "<spare campaign>"},
        (("DeleteCampaign", {"campaignArn": "<spare campaign>"}),),
    ),
    Case(
        "GetRecommendations",
        NF,
        "deleted filter",
        {"filterArn": "<spare filter>"},
        (("DeleteFilter", {"filterArn": "<spare filter>"}),),
    ),
]

HPO = {"algorithmHyperParameterRanges": {"integerHyperParameterRanges": [{"name": "no_such", "minValue": 1}]}}
CONFLICTS = [
    # -- members that do not go together, or not with what they name
    Case("CreateBatchInferenceJob", II, "recipe for segments", {"solutionVersionArn": "<fans version>"}),
    Case("CreateBatchInferenceJob", II, "themes, no configuration", {"batchInferenceJobMode": "THEME_GENERATION"}),
    Case(
        "CreateBatchInferenceJob",
        II,
        "weight",
        {"batchInferenceJobConfig": {"itemExplorationConfig": {"explorationWeight": ""}}},
    ),
    Case("CreateBatchSegmentJob", II, "recipe without segments", {"solutionVersionArn": "<picks version>"}),
    Case("CreateCampaign", II, "recipe for segments", {"solutionVersionArn": "<fans version>"}),
    Case("CreateCampaign", II, "no $LATEST", {"campaignConfig": {"syncWithLatestSolutionVersion": True}}),
    Case("CreateCampaign", II, "weight", {"campaignConfig": {"itemExplorationConfig": {"explorationWeight": "2"}}}),
    Case("CreateCampaign", NF, "solution for a version", {"solutionVersionArn": "<picks>"}),
    Case("CreateCampaign", NF, "$LATEST of no version", {"solutionVersionArn": "<spare solution>/$LATEST"}),
    Case("CreateDataDeletionJob", VE, "no S3 path", {"dataSource": {"dataLocation": "users.csv"}}),
    Case("CreateDataset", II, "unknown type", {"datasetType": "Films"}),
    Case("CreateDataset", II, "type of another schema", {"datasetType": "Items"}),
    Case("CreateDataset", II, "schema of a domain", {"datasetType": "Interactions", "schemaArn": "<store schema>"}),
    Case("CreateDatasetGroup", II, "role without key", {"roleArn": ROLE}),
    Case("CreateDatasetGroup", II, "key without role", {"kmsKeyArn": KEY}),
    Case("CreateDatasetImportJob", VE, "no S3 path", {"dataSource": {"dataLocation": "items.csv"}}),
    Case("CreateDatasetImportJob", II, "no location", {"dataSource": {}}),
    Case(
        "CreateDatasetImportJob",
        II,
        "INCREMENTAL first",
        {"importMode": "INCREMENTAL", "datasetArn": "<fresh INTERACTIONS>"},
    ),
    Case(
        "CreateDatasetImportJob",
        II,
        "nowhere to publish",
        {"publishAttributionMetricsToS3": True, "datasetArn": "<fresh INTERACTIONS>"},
    ),
    Case("CreateFilter", II, "no expression", {"filterExpression": "INCLUDE everything"}),
    Case("CreateFilter", II, "unknown field", {"filterExpression": "INCLUDE ItemID WHERE Items.COLOUR > 3"}),
    Case("CreateFilter", II, "no such dataset", {"datasetGroupArn": "<fresh>"}),
    Case("CreateMetricAttribution", II, "expression", {"metrics": [METRIC | {"expression": "MAX(Items.PRICE)"}]}),
    Case("CreateMetricAttribution", II, "a metric twice", {"metrics": [METRIC, METRIC]}),
    Case("CreateMetricAttribution", II, "no metric", {"metrics": []}),
    Case("CreateRecommender", II, "custom group", {"datasetGroupArn": "<shop>"}),
    Case("CreateRecommender", II, "other domain", {"recipeArn": f"{RECIPE}vod-most-popular"}),
    Case("CreateRecommender", II, "custom recipe", {"recipeArn": f"{RECIPE}sims"}),
    Case("CreateSchema", II, "no JSON", {"schema": "USER_ID: string"}),
    Case(
        "CreateSchema", II, "domain rules", {"schema": USERS_SCHEMA.replace("Users", "Actions"), "domain": "ECOMMERCE"}
    ),
    Case("CreateSolution", II, "recipe and AutoML", {"performAutoML": True}),
    Case("CreateSolution", II, "neither recipe nor AutoML", {"recipeArn": None}),
    Case("CreateSolution", II, "use case", {"recipeArn": f"{RECIPE}ecomm-popular-items-by-views"}),
    Case("CreateSolution", II, "HPO of nothing", {"performHPO": True, "solutionConfig": {"hpoConfig": HPO}}),
    Case(
        "CreateSolution", II, "hyperparameter", {"solutionConfig": {"algorithmHyperParameters": {"model.dropout": "1"}}}
    ),
    Case(
        "CreateSolution",
        II,
        "schedule without training",
        {
            "performAutoTraining": False,
            "solutionConfig": {"autoTrainingConfig": {"schedulingExpression": "rate(7 days)"}},
        },
    ),
    Case(
        "CreateSolution",
        II,
        "objective",
        {"solutionConfig": {"optimizationObjective": {"itemAttribute": "GENRE", "objectiveSensitivity": "LOW"}}},
    ),
    Case(
        "CreateSolutionVersion", II, "update of nothing", {"solutionArn": "<spare solution>", "trainingMode": "UPDATE"}
    ),
    Case("CreateSolutionVersion", II, "for the service", {"trainingMode": "AUTOTRAIN"}),
    Case("ListRecipes", VE, "recipes of others", {"recipeProvider": "OTHERS"}),
    Case("TagResource", II, "not taggable", {"resourceArn": "<users schema>"}),
    Case("ListTagsForResource", II, "not taggable", {"resourceArn": f"{RECIPE}sims"}),
    Case("UpdateCampaign", II, "weight", {"campaignConfig": {"itemExplorationConfig": {"explorationWeight": "2"}}}),
    Case("UpdateDataset", II, "schema of another type", {"schemaArn": "<users schema>"}),
    Case("UpdateMetricAttribution", II, "no Arn", {"metricAttributionArn": None}),
    Case("UpdateMetricAttribution", II, "unknown metric", {"removeMetrics": ["no-such"]}),
    Case("UpdateRecommender", II, "no change", {"recommenderConfig": {}}),
    Case("UpdateSolution", II, "no change", {"performAutoTraining": None}),
    # -- the runtime and the events
    Case("GetRecommendations", II, "nobody to ask", {"campaignArn": None}),
    Case("GetRecommendations", II, "two to ask", {"recommenderArn": "<top recommender>"}),
    Case("GetRecommendations", II, "nobody to ask for", {"userId": None}),
    Case("GetRecommendations", II, "ranking campaign", {"campaignArn": "<ranks campaign>"}),
    Case("GetRecommendations", II, "filter of actions", {"filterArn": "<actions filter>"}),
    Case("GetRecommendations", II, "too many", {"numResults": 501}),
    Case("GetRecommendations", II, "unknown context", {"context": {"WEATHER": "rain"}}),
    Case("GetRecommendations", II, "metadata", {"metadataColumns": {"ITEMS": ["PRICE"]}}),
    Case("GetPersonalizedRanking", II, "no ranking", {"campaignArn": "<picks campaign>"}),
    Case("GetPersonalizedRanking", II, "nothing to rank", {"inputList": []}),
    Case("GetActionRecommendations", II, "no actions", {"campaignArn": "<picks campaign>"}),
    Case("GetActionRecommendations", II, "nobody to ask", {"campaignArn": None}),
    Case("PutEvents", II, "unknown tracking id", {"trackingId": "no-such"}),
    Case("PutEvents", II, "half a surrogate pair", {"trackingId": "\ud800"}),
    Case("PutEvents", II, "unreadable properties", {"eventList": [EVENT | {"properties": "{"}]}),
    Case(
        "PutEvents",
        II,
        "the second one is bad",
        {"userId": "u99", "eventList": [EVENT | {"itemId": "i99"}, EVENT | {"properties": "{"}]},
    ),
    Case("PutActionInteractions", NF, "unknown tracking id", {"trackingId": "no-such"}),
    Case(
        "PutActionInteractions",
        II,
        "the second one is bad",
        {"actionInteractions": [ACTION_EVENT | {"actionId": "a7"}, ACTION_EVENT | {"properties": "{"}]},
    ),
    *(
        Case(
            f"Put{kind}s",
            II,
            "the second one is bad",
            {f"{kind.lower()}s": [*first, {f"{kind.lower()}Id": "bad", "properties": "{"}]},
        )
        for kind in ("Item", "User", "Action")
        for first in [SAMPLES[f"Put{kind}s"][f"{kind.lower()}s"]]
    ),
    Case("PutItems", II, "dataset of users", {"datasetArn": "<shop USERS>"}),
    Case("PutItems", II, "unknown property", {"items": [{"itemId": "i1", "properties": '{"colour": "red"}'}]}),
    Case("PutUsers", II, "beyond all bounds", {"users": [{"userId": "u1", "properties": f'{{"age": {10**400}}}'}]}),
    Case("PutUsers", II, "dataset of items", {"datasetArn": "<shop ITEMS>"}),
    Case("PutActions", II, "dataset of items", {"datasetArn": "<shop ITEMS>"}),
]

CASES = [
    *unknown_arns(),
    *strange_arns(),
    *taken_names(),
    *many_tags(),
    *quotas(),
    *bad_tokens(),
    *deleted(),
    *STATES,
    *CONFLICTS,
]


WITHOUT_OUTPUT = [name for name in SAMPLES if models.find_operation(name).output is None]
ONE_OF_EACH = {(case.operation, case.code): case for case in CASES}


def prepare(world: Any, case: Case) -> None:
    """Do what comes before a request that is refused."""
    for operation, members in case.before:
        world.call(operation, members)
    if case.full:
        used_up = world.backend.snapshot()
        used_up.state.quotas = Quotas(dict.fromkeys(QUOTAS, 0))
        world.backend.restore(used_up)


@pytest.mark.parametrize("operation", SAMPLES)
def test_the_request_that_cases_start_from_is_answered(world: Any, operation: str) -> None:
    world.call(operation, SAMPLES[operation])


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.operation}-{case.title}")
def test_a_refusal_has_its_code_and_changes_nothing(world: Any, case: Case) -> None:
    prepare(world, case)
    before = world.state()
    with pytest.raises(ClientError) as caught:
        world.call(case.operation, case.members)
    error = caught.value.response["Error"]
    assert (error["Code"], bool(error["Message"])) == (case.code, True), error["Message"]
    assert world.state() == before


@pytest.mark.parametrize("case", ONE_OF_EACH.values(), ids=lambda case: f"{case.operation}-{case.code}")
def test_over_http_it_is_refused_alike(world: Any, world_over_http: Any, case: Case) -> None:
    prepare(world, case)
    answers = []
    for way in (world, world_over_http):
        with pytest.raises(ClientError) as caught:
            way.call(case.operation, case.members)
        answers.append((type(caught.value).__name__, without_headers(caught.value.response)))
    in_process, over_http = answers
    assert in_process == over_http


@pytest.mark.parametrize("operation", SAMPLES)
def test_over_http_it_is_answered_alike(world: Any, world_over_http: Any, operation: str) -> None:
    before = world.backend.snapshot()
    in_process = world.call(operation, SAMPLES[operation])
    world.backend.restore(before)
    over_http = world_over_http.call(operation, SAMPLES[operation])
    assert without_headers(in_process) == without_headers(over_http)


@pytest.mark.parametrize("operation", WITHOUT_OUTPUT)
def test_over_http_an_operation_without_output_answers_nothing(world_over_http: Any, operation: str) -> None:
    answer = world_over_http.call(operation, SAMPLES[operation])
    assert answer["ResponseMetadata"]["HTTPHeaders"]["content-length"] == "0"


def without_headers(response: dict[str, Any]) -> dict[str, Any]:
    """An answer as it was parsed: the id of the request and the headers are of the way that it took."""
    metadata = response["ResponseMetadata"]
    return response | {"ResponseMetadata": (metadata["HTTPStatusCode"], metadata["RetryAttempts"])}


def test_there_is_a_request_of_every_operation() -> None:
    assert set(SAMPLES) == {name for service in models.SERVICES for name in models.operation_names(service)}


def test_every_modelled_error_is_raised_or_has_a_reason_not_to_be() -> None:
    raised = {(case.operation, case.code) for case in CASES}
    assert sorted(MODELLED - raised) == sorted(NEVER)
