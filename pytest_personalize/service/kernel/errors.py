"""Every refusal of the service, in one table: code, text, and where the text comes from.

Where nothing public quotes a text, only the code is a fact and the wording is our own; a test should compare codes.
HTTP statuses are not listed here: the service model gives them per operation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from attrs import frozen

from pytest_personalize.failure import Failure

INVALID_INPUT = "InvalidInputException"
# A violated constraint of a shape, which no service models: SDKs show a ClientError without a class of its own.
# unknown: [requests/violation-at-the-runtime] whether runtime and events say so, too, as it is printed for the control
# plane alone. chosen: they do
VALIDATION = "ValidationException"
NOT_FOUND = "ResourceNotFoundException"
ALREADY_EXISTS = "ResourceAlreadyExistsException"
IN_USE = "ResourceInUseException"
LIMIT = "LimitExceededException"
TOO_MANY_TAGS = "TooManyTagsException"
TOO_MANY_TAG_KEYS = "TooManyTagKeysException"
INVALID_TOKEN = "InvalidNextTokenException"
UNKNOWN_OPERATION = "UnknownOperationException"

_NO_VALUES: Final[Mapping[str, object]] = MappingProxyType({})


class ServiceError(Failure):
    """A refusal with a code of its own: what botocore turns into the modelled exception of the same code.

    ``code`` and ``message`` are what a client reads below ``"Error"``. ``row`` is the row of the table that it comes
    from, and ``values`` what its text was filled in with.
    """

    def __init__(self, code: str, message: str, row: str = "", values: Mapping[str, object] = _NO_VALUES) -> None:
        super().__init__(message)
        self.code = code
        self.row = row
        self.values = values

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


@frozen
class Refusal:
    """One row of the table: ``text`` is a format string, ``source`` says who printed it."""

    code: str
    text: str
    source: str = "own wording"


REFUSALS: dict[str, Refusal] = {
    # -- names and ARNs -------------------------------------------------------------------------------------------
    "exists": Refusal(
        ALREADY_EXISTS,
        "Another resource with Arn {arn} already exists.",
        "quoted: aws-samples/retail-demo-store issue 219",
    ),
    "not found": Refusal(
        NOT_FOUND, "Resource Arn {arn} does not exist.", "quoted at second hand: getmoto/moto, DescribeSchema"
    ),
    "dataset group not found": Refusal(
        NOT_FOUND,
        "The given dataset group does not exist: {arn}",
        "quoted: immersion day notebook Travel_04_Clean_Up, DeleteDatasetGroup",
    ),
    "wrong arn": Refusal(INVALID_INPUT, "The given Arn is not the Arn of a {wanted} of this account and region: {arn}"),
    # -- requests -------------------------------------------------------------------------------------------------
    "violations": Refusal(VALIDATION, "{message}", "printed once by the control plane; wording of the JSON protocol"),
    # unknown: [requests/domain-custom] whether the domain CUSTOM, another word for none, is an exception to that.
    # chosen: yes, as reported
    "domain": Refusal(INVALID_INPUT, "{message}", "hashicorp/terraform-provider-awscc issue 1062"),
    "body": Refusal(INVALID_INPUT, "The body of the request is not a JSON object: {problem}"),
    "next token": Refusal(INVALID_TOKEN, "The given next token is not valid for this request: {token}"),
    "unknown operation": Refusal(UNKNOWN_OPERATION, "{operation} is not emulated. Emulated operations: {known}."),
    "key and role": Refusal(INVALID_INPUT, "kmsKeyArn and roleArn must be given together."),
    "reserved tag": Refusal(INVALID_INPUT, "Tag keys and values must not start with aws: {text!r}."),
    "duplicate tag": Refusal(INVALID_INPUT, "The tag key {key!r} is given more than once."),
    "too many tags": Refusal(TOO_MANY_TAGS, "A resource can have {limit} tags; {arn} would have {count}."),
    "too many tag keys": Refusal(TOO_MANY_TAG_KEYS, "At most {limit} tag keys can be removed at once, not {count}."),
    "not taggable": Refusal(INVALID_INPUT, "Resources of this type cannot have tags: {arn}"),
    # -- filters --------------------------------------------------------------------------------------------------
    "filter group": Refusal(INVALID_INPUT, "Filter {filter} does not belong to the dataset group of {arn}."),
    "filter status": Refusal(INVALID_INPUT, "Filter {arn} is not ACTIVE, its status is {status}."),
    "filter target": Refusal(INVALID_INPUT, "Filter {filter} is about {target}; {arn} answers with {answers}."),
    "interactions filter": Refusal(
        INVALID_INPUT, "Filter {filter} has a condition on interactions, which {recipe} does not support."
    ),
    "current item": Refusal(INVALID_INPUT, "Filters with CurrentItem are for related items recipes, not for {arn}."),
    # -- batch jobs -----------------------------------------------------------------------------------------------
    "no batch": Refusal(INVALID_INPUT, "Recipe {recipe} of {arn} does not support {jobs}."),
    "no themes": Refusal(INVALID_INPUT, "Recipe {recipe} does not support THEME_GENERATION; use aws-similar-items."),
    "theme column": Refusal(INVALID_INPUT, "The Items dataset has no string column {column} with the names of items."),
    "theme texts": Refusal(INVALID_INPUT, "THEME_GENERATION needs an Items dataset with a textual field."),
    "theme config": Refusal(
        INVALID_INPUT, "batchInferenceJobMode THEME_GENERATION and themeGenerationConfig must be given together."
    ),
    # -- runtime --------------------------------------------------------------------------------------------------
    "source missing": Refusal(INVALID_INPUT, "Exactly one of campaignArn and recommenderArn must be given."),
    "campaign missing": Refusal(INVALID_INPUT, "campaignArn must be given."),
    "source unknown": Refusal(NOT_FOUND, "Resource Arn {arn} does not exist."),
    "source status": Refusal(NOT_FOUND, "{arn} cannot answer yet: its status is {status}."),
    "source stopped": Refusal(INVALID_INPUT, "{arn} cannot answer: its status is {status}."),
    "wrong api": Refusal(INVALID_INPUT, "{operation} does not serve recipe {recipe} of {arn}; use {instead}."),
    "id missing": Refusal(INVALID_INPUT, "{member} is required by recipe {recipe} of {arn}."),
    "too many results": Refusal(INVALID_INPUT, "{member} must be at most {limit}{why}, not {count}."),
    "empty list": Refusal(INVALID_INPUT, "inputList must have at least one item."),
    "context key": Refusal(INVALID_INPUT, "The context key {key} is not a column of the Interactions dataset."),
    "no metadata": Refusal(INVALID_INPUT, "{arn} was not configured with enableMetadataWithRecommendations."),
    "metadata column": Refusal(INVALID_INPUT, "The Items dataset has no metadata column {column}."),
    "metadata dataset": Refusal(INVALID_INPUT, "metadataColumns are columns of ITEMS, not of {dataset}."),
    "metadata columns": Refusal(INVALID_INPUT, "At most {limit} metadata columns can be asked for, not {count}."),
    "no promotions": Refusal(INVALID_INPUT, "Recipe {recipe} of {arn} does not support promotions."),
    # -- data -----------------------------------------------------------------------------------------------------
    "schema used": Refusal(IN_USE, "{arn} cannot be deleted: it is the schema of {blockers}."),
    "schema replacement": Refusal(INVALID_INPUT, "{problem} ({arn})"),
    "dataset type": Refusal(INVALID_INPUT, "{given} is no dataset type: expected one of {known}."),
    "type of schema": Refusal(INVALID_INPUT, "{schema} is for datasets of type {theirs}, not {ours}."),
    "domain of schema": Refusal(INVALID_INPUT, "{schema} is of domain {theirs}, the dataset group {group} of {ours}."),
    "data in use": Refusal(IN_USE, "{operation} cannot touch {arn} before the end of {blockers}."),
    "data location": Refusal(
        INVALID_INPUT, "Invalid Data location. {problem}", "quoted: developer guide, error messages"
    ),
    "no access": Refusal(
        INVALID_INPUT,
        "Insufficient privileges for accessing data in S3. Please look at {guide} and fix bucket policy on {bucket}.",
        "printed: CreateDatasetImportJob, 2024",
    ),
    "no data": Refusal(
        INVALID_INPUT,
        "Dataset group must contain an {datasets} dataset with successfully completed dataset import job"
        " or EVENT_INTERACTIONS",
        "printed: CreateSolution",
    ),
    "no export": Refusal(INVALID_INPUT, "Datasets of type {dataset_type} cannot be exported."),
    "input path": Refusal(INVALID_INPUT, "Invalid S3 input path. {problem}"),
    "incremental first": Refusal(
        INVALID_INPUT, "importMode INCREMENTAL needs an earlier import; {arn} has none: use FULL."
    ),
    "second event tracker": Refusal(
        ALREADY_EXISTS, "The dataset group {arn} already has an event tracker: {blockers}."
    ),
    "tracking id": Refusal(INVALID_INPUT, "Invalid tracking id: {tracking_id}"),
    "no interactions": Refusal(INVALID_INPUT, "Dataset group {group} has no Interactions dataset to add events to."),
    "action tracking id": Refusal(NOT_FOUND, "No Action interactions dataset has the tracking id {tracking_id}."),
    "output path": Refusal(INVALID_INPUT, "Invalid S3 output path. {problem}"),
    "second attribution": Refusal(
        ALREADY_EXISTS, "The dataset group {arn} already has a metric attribution: {blockers}."
    ),
    "attribution needed": Refusal(INVALID_INPUT, "metricAttributionArn must name a metric attribution, not {arn}."),
    "no event type": Refusal(INVALID_INPUT, "Dataset group {group} has no Interactions dataset with EVENT_TYPE."),
    "metric count": Refusal(INVALID_INPUT, "A metric attribution has 1 to {limit} metrics, not {count}."),
    "repeated metric": Refusal(INVALID_INPUT, "The metric name {name!r} is given more than once."),
    "metric exists": Refusal(ALREADY_EXISTS, "{arn} already has a metric {name!r}."),
    "unknown metric": Refusal(INVALID_INPUT, "{arn} has no metric {name!r}; it has {known}."),
    "nothing to publish to": Refusal(
        INVALID_INPUT, "Dataset group {group} has no metric attribution with an S3 destination to publish to."
    ),
    "event size": Refusal(INVALID_INPUT, "An event can have at most {limit} bytes."),
    "dataset of type": Refusal(INVALID_INPUT, "{arn} is a dataset of type {theirs}, not {ours}."),
    # -- training and deployment ----------------------------------------------------------------------------------
    "recipe or automl": Refusal(INVALID_INPUT, "Provide exactly one of recipeArn and performAutoML true."),
    "domain recipe": Refusal(INVALID_INPUT, "{recipe} is a domain use case: create a recommender, not a solution."),
    "custom group needed": Refusal(INVALID_INPUT, "{recipe} needs a Custom dataset group."),
    "domain group needed": Refusal(
        INVALID_INPUT,
        "Please use a domains-specific Dataset Group to create the Recommender",
        "quoted as a user typed it: amazon-personalize-samples issue 136",
    ),
    "other domain": Refusal(INVALID_INPUT, "{recipe} is no use case of the domain {domain}."),
    "hyperparameter": Refusal(
        INVALID_INPUT,
        "Provide a hyperparameter that is used in the algorithm: {algorithm}",
        "quoted: amazon-personalize-samples issue 156, CreateSolution",
    ),
    "recipe lacks": Refusal(INVALID_INPUT, "{member} is not supported by the recipe {recipe}."),
    "bad value": Refusal(INVALID_INPUT, "{member} must be {wanted}, not {value!r}."),
    "not tunable": Refusal(INVALID_INPUT, "{name} is not tunable as a hyperparameter with {kind} values."),
    "hpo objective": Refusal(INVALID_INPUT, "hpoObjective cannot be configured."),
    "schedule without training": Refusal(INVALID_INPUT, "autoTrainingConfig needs performAutoTraining true."),
    "both event settings": Refusal(INVALID_INPUT, "Provide eventType or eventsConfig, not both."),
    "no event type column": Refusal(INVALID_INPUT, "{member} needs an EVENT_TYPE column in the Interactions dataset."),
    "objective attribute": Refusal(
        INVALID_INPUT,
        "itemAttribute must be a numeric column of the Items dataset without null, which {name!r} is not.",
    ),
    "both column lists": Refusal(INVALID_INPUT, "Provide excludedDatasetColumns or includedDatasetColumns, not both."),
    "no dataset for columns": Refusal(
        INVALID_INPUT, "There is no dataset of type {dataset_type} to choose columns of."
    ),
    "no such column": Refusal(INVALID_INPUT, "The {dataset_type} dataset has no column {column}."),
    "column needed": Refusal(INVALID_INPUT, "{column} of the {dataset_type} dataset cannot be excluded from training."),
    "training mode": Refusal(INVALID_INPUT, "trainingMode {mode} is for the service itself: use FULL or UPDATE."),
    "nothing to update": Refusal(INVALID_INPUT, "trainingMode UPDATE needs an ACTIVE FULL solution version of {arn}."),
    "no campaign": Refusal(INVALID_INPUT, "Solution versions of the recipe {recipe} cannot be deployed in a campaign."),
    "sync without latest": Refusal(
        INVALID_INPUT, "syncWithLatestSolutionVersion needs a solutionVersionArn of the form SOLUTIONARN/$LATEST."
    ),
    "other dataset group": Refusal(INVALID_INPUT, "{arn} is of another dataset group than the campaign {campaign}."),
    "popularity of nothing": Refusal(INVALID_INPUT, "rankingInfluence POPULARITY needs an Interactions dataset."),
    "no item metadata": Refusal(
        INVALID_INPUT, "enableMetadataWithRecommendations needs an Items dataset with a metadata column."
    ),
    # -- states ---------------------------------------------------------------------------------------------------
    "status": Refusal(IN_USE, "{arn} is in status {status}; {operation} needs {needed}."),
    "status invalid": Refusal(INVALID_INPUT, "{arn} is in status {status}; {operation} needs {needed}."),
    "updating": Refusal(IN_USE, "{arn} is being updated; wait until its last update is ACTIVE."),
    "declared": Refusal(INVALID_INPUT, "{arn} is only declared by the test: there is nothing to update."),
    "no change": Refusal(INVALID_INPUT, "The given configuration of {arn} is already in place; nothing would change."),
    "used": Refusal(IN_USE, "{arn} cannot be deleted: it still has {blockers}."),
    # -- quotas ---------------------------------------------------------------------------------------------------
    "limit active": Refusal(
        LIMIT,
        "Cannot create a {kind}. More than {limit} resources in ACTIVE state. Please delete some and try again.",
        "quoted for campaigns: developer guide, error messages; the other resources by analogy",
    ),
    "limit running": Refusal(
        LIMIT,
        "More than {limit} resources with PENDING or IN_PROGRESS status.",
        "quoted for import jobs: developer guide, error messages; the other jobs by analogy",
    ),
}


Problems = Iterator[ServiceError]
"""All that is wrong with something; a call is refused for the first."""


def refusal(key: str, /, **values: object) -> ServiceError:
    """The refusal of that row, its text filled in with ``values``."""
    row = REFUSALS[key]
    return ServiceError(row.code, row.text.format(**values), key, values)
