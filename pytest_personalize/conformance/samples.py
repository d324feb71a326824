"""A request of each operation that is answered; the rows of cases say how theirs differ from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pytest_personalize.conformance.things import EXCLUDE_BOUGHT, METRIC, MOMENT, RECIPE, USERS

ROLE: Final = "arn:aws:iam::123456789012:role/conform"
"""Of the right form; for requests that are refused before anybody looks for it."""

EVENT: Final = {"eventType": "View", "itemId": "i1", "sentAt": MOMENT}
ITEM: Final = '{"price": 1.5, "genre": "War", "title": "New", "plot": "New", "stock": 1, "inStock": true, %s}'
PROPERTIES: Final = ITEM % f'"creationTimestamp": {MOMENT}'

SAMPLES: Final[Mapping[str, Mapping[str, Any]]] = {
    "CreateBatchInferenceJob": {
        "jobName": "<new>",
        "solutionVersionArn": "<picks version>",
        "jobInput": {"s3DataSource": {"path": "<bucket>users.json"}},
        "jobOutput": {"s3DataDestination": {"path": "<bucket>out/"}},
        "roleArn": "<role>",
    },
    "CreateBatchSegmentJob": {
        "jobName": "<new>",
        "solutionVersionArn": "<fans version>",
        "jobInput": {"s3DataSource": {"path": "<bucket>items.json"}},
        "jobOutput": {"s3DataDestination": {"path": "<bucket>out/"}},
        "roleArn": "<role>",
    },
    "CreateCampaign": {"name": "<new>", "solutionVersionArn": "<picks version>"},
    "CreateDataDeletionJob": {
        "jobName": "<new>",
        "datasetGroupArn": "<shop>",
        "dataSource": {"dataLocation": "<bucket>gone.csv"},
        "roleArn": "<role>",
    },
    "CreateDataset": {
        "name": "<new>",
        "datasetGroupArn": "<bare>",
        "datasetType": "Users",
        "schemaArn": "<users schema>",
    },
    "CreateDatasetExportJob": {
        "jobName": "<new>",
        "datasetArn": "<shop ITEMS>",
        "roleArn": "<role>",
        "jobOutput": {"s3DataDestination": {"path": "<bucket>export/"}},
    },
    "CreateDatasetGroup": {"name": "<new>"},
    "CreateDatasetImportJob": {
        "jobName": "<new>",
        "datasetArn": "<shop ITEMS>",
        "dataSource": {"dataLocation": "<bucket>items.csv"},
        "roleArn": "<role>",
    },
    "CreateEventTracker": {"name": "<new>", "datasetGroupArn": "<group>"},
    "CreateFilter": {"name": "<new>", "datasetGroupArn": "<shop>", "filterExpression": EXCLUDE_BOUGHT},
    "CreateMetricAttribution": {
        "name": "<new>",
        "datasetGroupArn": "<bare>",
        "metrics": [METRIC],
        "metricsOutputConfig": {"roleArn": ROLE},
    },
    "CreateRecommender": {
        "name": "<new>",
        "datasetGroupArn": "<store>",
        "recipeArn": f"{RECIPE}ecomm-popular-items-by-views",
    },
    "CreateSchema": {"name": "<new>", "schema": USERS},
    "CreateSolution": {
        "name": "<new>",
        "datasetGroupArn": "<shop>",
        "recipeArn": f"{RECIPE}user-personalization",
        "performAutoTraining": False,
    },
    "CreateSolutionVersion": {"solutionArn": "<picks>", "name": "<new>"},
    "DeleteCampaign": {"campaignArn": "<own picks campaign>"},
    "DeleteDataset": {"datasetArn": "<group USERS>"},
    "DeleteDatasetGroup": {"datasetGroupArn": "<group>"},
    "DeleteEventTracker": {"eventTrackerArn": "<group tracker>"},
    "DeleteFilter": {"filterArn": "<own filter>"},
    "DeleteMetricAttribution": {"metricAttributionArn": "<own bare attribution>"},
    "DeleteRecommender": {"recommenderArn": "<own recommender>"},
    "DeleteSchema": {"schemaArn": "<own users schema>"},
    "DeleteSolution": {"solutionArn": "<own picks>"},
    "DescribeAlgorithm": {"algorithmArn": "arn:aws:personalize:::algorithm/aws-user-personalization"},
    "DescribeBatchInferenceJob": {"batchInferenceJobArn": "<users batch>"},
    "DescribeBatchSegmentJob": {"batchSegmentJobArn": "<items batch>"},
    "DescribeCampaign": {"campaignArn": "<picks campaign>"},
    "DescribeDataDeletionJob": {"dataDeletionJobArn": "<deletion>"},
    "DescribeDataset": {"datasetArn": "<shop ITEMS>"},
    "DescribeDatasetExportJob": {"datasetExportJobArn": "<export>"},
    "DescribeDatasetGroup": {"datasetGroupArn": "<shop>"},
    "DescribeDatasetImportJob": {"datasetImportJobArn": "<import>"},
    "DescribeEventTracker": {"eventTrackerArn": "<shop tracker>"},
    "DescribeFeatureTransformation": {"featureTransformationArn": "arn:aws:personalize:::feature-transformation/sims"},
    "DescribeFilter": {"filterArn": "<filter>"},
    "DescribeMetricAttribution": {"metricAttributionArn": "<bare attribution>"},
    "DescribeRecipe": {"recipeArn": f"{RECIPE}sims"},
    "DescribeRecommender": {"recommenderArn": "<recommender>"},
    "DescribeSchema": {"schemaArn": "<users schema>"},
    "DescribeSolution": {"solutionArn": "<picks>"},
    "DescribeSolutionVersion": {"solutionVersionArn": "<picks version>"},
    "GetSolutionMetrics": {"solutionVersionArn": "<picks version>"},
    "ListBatchInferenceJobs": {"solutionVersionArn": "<picks version>"},
    "ListBatchSegmentJobs": {"solutionVersionArn": "<fans version>"},
    "ListCampaigns": {"solutionArn": "<picks>"},
    "ListDataDeletionJobs": {"datasetGroupArn": "<shop>"},
    "ListDatasetExportJobs": {"datasetArn": "<shop ITEMS>"},
    "ListDatasetGroups": {},
    "ListDatasetImportJobs": {"datasetArn": "<shop ITEMS>"},
    "ListDatasets": {"datasetGroupArn": "<shop>"},
    "ListEventTrackers": {"datasetGroupArn": "<shop>"},
    "ListFilters": {"datasetGroupArn": "<shop>"},
    "ListMetricAttributionMetrics": {"metricAttributionArn": "<bare attribution>"},
    "ListMetricAttributions": {"datasetGroupArn": "<shop>"},
    "ListRecipes": {},
    "ListRecommenders": {"datasetGroupArn": "<store>"},
    "ListSchemas": {},
    "ListSolutionVersions": {"solutionArn": "<picks>"},
    "ListSolutions": {"datasetGroupArn": "<shop>"},
    "ListTagsForResource": {"resourceArn": "<shop>"},
    "StartRecommender": {"recommenderArn": "<own recommender>"},
    "StopRecommender": {"recommenderArn": "<own recommender>"},
    "StopSolutionVersionCreation": {"solutionVersionArn": "<pending picks version>"},
    "TagResource": {"resourceArn": "<own filter>", "tags": [{"tagKey": "colour", "tagValue": "red"}]},
    "UntagResource": {"resourceArn": "<shop>", "tagKeys": ["no-such-key"]},
    "UpdateCampaign": {"campaignArn": "<own picks campaign>", "minProvisionedTPS": 2},
    "UpdateDataset": {"datasetArn": "<group ITEMS>", "schemaArn": "<wider items schema>"},
    "UpdateMetricAttribution": {"metricAttributionArn": "<own bare attribution>", "addMetrics": [METRIC]},
    "UpdateRecommender": {
        "recommenderArn": "<own recommender>",
        "recommenderConfig": {"minRecommendationRequestsPerSecond": 2},
    },
    "UpdateSolution": {"solutionArn": "<own picks>", "performAutoTraining": True},
    "GetActionRecommendations": {"campaignArn": "<deals campaign>", "userId": "u1"},
    "GetPersonalizedRanking": {"campaignArn": "<ranks campaign>", "inputList": ["i1", "i2"], "userId": "u1"},
    "GetRecommendations": {"campaignArn": "<picks campaign>", "userId": "u1"},
    "PutActionInteractions": {
        "trackingId": "<shop ACTION_INTERACTIONS id>",
        "actionInteractions": [
            {"actionId": "a1", "userId": "u1", "sessionId": "s", "timestamp": MOMENT, "eventType": "TAKEN"}
        ],
    },
    "PutActions": {
        "datasetArn": "<shop ACTIONS>",
        "actions": [{"actionId": "new", "properties": '{"value": 1, "kind": "loan"}'}],
    },
    "PutEvents": {"trackingId": "<bare tracker id>", "sessionId": "s", "userId": "u1", "eventList": [EVENT]},
    "PutItems": {"datasetArn": "<bare ITEMS>", "items": [{"itemId": "new", "properties": PROPERTIES}]},
    "PutUsers": {
        "datasetArn": "<shop USERS>",
        "users": [{"userId": "new", "properties": '{"age": 5, "membership": "gold"}'}],
    },
}
