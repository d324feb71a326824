"""The names that a test may write, as types: what mypy and pyright find misspelt before a test runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

Preset: TypeAlias = Literal["shop", "video", "movies", "actions"]
"""The ready-made dataset groups."""

Ids: TypeAlias = Literal["names", "numeric"]
"""What the ids of a ready-made group look like: ``user-ada`` or ``1``."""

Domain: TypeAlias = Literal["ECOMMERCE", "VIDEO_ON_DEMAND"]
"""The domains of Domain dataset groups."""

Transition: TypeAlias = Literal[
    "instant",
    "clock",
    "aws",
    "polls:0",
    "polls:1",
    "polls:2",
    "polls:3",
    "polls:4",
    "polls:5",
    "polls:6",
    "polls:7",
    "polls:8",
    "polls:9",
    "polls:10",
    "polls:11",
    "polls:12",
    "polls:13",
    "polls:14",
    "polls:15",
    "polls:16",
    "polls:17",
    "polls:18",
    "polls:19",
    "polls:20",
    "polls:50",
    "polls:100",
    "polls:1000",
]
"""How statuses change; other numbers of polls will do as well, and a type checker then wants to be told."""

Kind: TypeAlias = Literal[
    "batch-inference-job",
    "batch-segment-job",
    "campaign",
    "data-deletion-job",
    "dataset",
    "dataset-export-job",
    "dataset-group",
    "dataset-import-job",
    "event-tracker",
    "filter",
    "metric-attribution",
    "recommender",
    "solution",
    "solution-version",
]
"""Resources that have statuses, as ARNs name them."""

Step: TypeAlias = Literal[
    "batch-inference-job:create",
    "batch-segment-job:create",
    "campaign:create",
    "campaign:delete",
    "campaign:update",
    "data-deletion-job:create",
    "dataset-export-job:create",
    "dataset-group:create",
    "dataset-group:delete",
    "dataset-import-job:create",
    "dataset:create",
    "dataset:delete",
    "dataset:update",
    "event-tracker:create",
    "event-tracker:delete",
    "filter:create",
    "filter:delete",
    "metric-attribution:create",
    "metric-attribution:delete",
    "recommender:create",
    "recommender:delete",
    "recommender:start",
    "recommender:stop",
    "recommender:update",
    "solution-version:create",
    "solution-version:stop",
    "solution:create",
    "solution:delete",
    "solution:update",
]
"""The steps of resources that have states on the way."""

Transitions: TypeAlias = Transition | Mapping[Kind | Step | Literal["default"], Transition]
"""One way for all, or ways by kind of resource, or by one step of a kind."""

Data: TypeAlias = Literal["required", "optional"]
"""Whether solutions and trainings want data."""

Operation: TypeAlias = Literal[
    "CreateBatchInferenceJob",
    "CreateBatchSegmentJob",
    "CreateCampaign",
    "CreateDataDeletionJob",
    "CreateDataset",
    "CreateDatasetExportJob",
    "CreateDatasetGroup",
    "CreateDatasetImportJob",
    "CreateEventTracker",
    "CreateFilter",
    "CreateMetricAttribution",
    "CreateRecommender",
    "CreateSchema",
    "CreateSolution",
    "CreateSolutionVersion",
    "DeleteCampaign",
    "DeleteDataset",
    "DeleteDatasetGroup",
    "DeleteEventTracker",
    "DeleteFilter",
    "DeleteMetricAttribution",
    "DeleteRecommender",
    "DeleteSchema",
    "DeleteSolution",
    "DescribeAlgorithm",
    "DescribeBatchInferenceJob",
    "DescribeBatchSegmentJob",
    "DescribeCampaign",
    "DescribeDataDeletionJob",
    "DescribeDataset",
    "DescribeDatasetExportJob",
    "DescribeDatasetGroup",
    "DescribeDatasetImportJob",
    "DescribeEventTracker",
    "DescribeFeatureTransformation",
    "DescribeFilter",
    "DescribeMetricAttribution",
    "DescribeRecipe",
    "DescribeRecommender",
    "DescribeSchema",
    "DescribeSolution",
    "DescribeSolutionVersion",
    "GetSolutionMetrics",
    "ListBatchInferenceJobs",
    "ListBatchSegmentJobs",
    "ListCampaigns",
    "ListDataDeletionJobs",
    "ListDatasetExportJobs",
    "ListDatasetGroups",
    "ListDatasetImportJobs",
    "ListDatasets",
    "ListEventTrackers",
    "ListFilters",
    "ListMetricAttributionMetrics",
    "ListMetricAttributions",
    "ListRecipes",
    "ListRecommenders",
    "ListSchemas",
    "ListSolutionVersions",
    "ListSolutions",
    "ListTagsForResource",
    "StartRecommender",
    "StopRecommender",
    "StopSolutionVersionCreation",
    "TagResource",
    "UntagResource",
    "UpdateCampaign",
    "UpdateDataset",
    "UpdateMetricAttribution",
    "UpdateRecommender",
    "UpdateSolution",
    "GetActionRecommendations",
    "GetPersonalizedRanking",
    "GetRecommendations",
    "PutActionInteractions",
    "PutActions",
    "PutEvents",
    "PutItems",
    "PutUsers",
]
"""The operations of the three services."""

CommonCode: TypeAlias = Literal[
    "AccessDeniedException",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InternalFailure",
    "InternalServerException",
    "InvalidSignatureException",
    "MalformedHttpRequestException",
    "MissingAuthenticationToken",
    "NotAuthorized",
    "OptInRequired",
    "RequestAbortedException",
    "RequestEntityTooLargeException",
    "RequestExpired",
    "RequestTimeoutException",
    "ServiceUnavailable",
    "ServiceUnavailableException",
    "ThrottlingException",
    "UnknownOperationException",
    "UnrecognizedClientException",
    "ValidationError",
    "ValidationException",
]
"""What any operation may fail with, whatever its model says (API reference, common errors)."""

Code: TypeAlias = Literal[
    CommonCode,
    "InvalidInputException",
    "InvalidNextTokenException",
    "LimitExceededException",
    "ResourceAlreadyExistsException",
    "ResourceInUseException",
    "ResourceNotFoundException",
    "TooManyTagKeysException",
    "TooManyTagsException",
]
"""The errors of the three services, and those that every service of AWS has."""

Status: TypeAlias = Literal[
    "ACTIVE",
    "COMPLETED",
    "CREATE FAILED",
    "CREATE IN_PROGRESS",
    "CREATE PENDING",
    "CREATE STOPPED",
    "CREATE STOPPING",
    "DELETE IN_PROGRESS",
    "DELETE PENDING",
    "FAILED",
    "INACTIVE",
    "IN_PROGRESS",
    "PENDING",
    "START IN_PROGRESS",
    "START PENDING",
    "STOP IN_PROGRESS",
    "STOP PENDING",
    "UPDATE FAILED",
    "UPDATE IN_PROGRESS",
    "UPDATE PENDING",
]
"""What a resource can be at."""
