"""The way from CSV files to a campaign, through the public operations, for the benchmarks of the runtime."""

from __future__ import annotations

from attrs import frozen

from benchmarks.data import Data
from benchmarks.harness import emulated_client
from benchmarks.importing import INTERACTIONS, ITEMS, schema_text
from pytest_personalize import PersonalizeBackend

ROLE = "arn:aws:iam::123456789012:role/personalize"
RECIPE = "aws-user-personalization"


@frozen(kw_only=True)
class Deployment:
    """A dataset group with a trained campaign and a tracker of events."""

    dataset_group_arn: str
    version_arn: str
    campaign_arn: str
    tracking_id: str

    def add_filter(self, expression: str, name: str = "benchmark") -> str:
        """The ARN of a new filter."""
        arn: str = emulated_client("personalize").create_filter(
            name=name, datasetGroupArn=self.dataset_group_arn, filterExpression=expression
        )["filterArn"]
        return arn


def deploy(
    backend: PersonalizeBackend, data: Data, items_schema: str | None = None, recipe: str = RECIPE
) -> Deployment:
    """Import the data, train on them and put the model behind a campaign; the backend must be active.

    ``items_schema`` is for items that are not as they usually are.
    """
    backend.s3.put(f"s3://benchmark/{INTERACTIONS}.csv", data.interactions)
    backend.s3.put(f"s3://benchmark/{ITEMS}.csv", data.items)
    return deploy_files(items_schema, recipe)


def deploy_files(items_schema: str | None = None, recipe: str = RECIPE) -> Deployment:
    """The same from files that are in the bucket already."""
    personalize = emulated_client("personalize")
    group = personalize.create_dataset_group(name="benchmark")["datasetGroupArn"]
    for dataset_type in (INTERACTIONS, ITEMS):
        text = items_schema if items_schema and dataset_type == ITEMS else schema_text(dataset_type)
        schema = personalize.create_schema(name=dataset_type, schema=text)["schemaArn"]
        dataset = personalize.create_dataset(
            name=dataset_type, datasetType=dataset_type, datasetGroupArn=group, schemaArn=schema
        )["datasetArn"]
        location = f"s3://benchmark/{dataset_type}.csv"
        job = personalize.create_dataset_import_job(
            jobName=dataset_type, datasetArn=dataset, dataSource={"dataLocation": location}, roleArn=ROLE
        )["datasetImportJobArn"]
        _check(personalize.describe_dataset_import_job(datasetImportJobArn=job)["datasetImportJob"])
    solution = personalize.create_solution(
        name="benchmark", datasetGroupArn=group, recipeArn=f"arn:aws:personalize:::recipe/{recipe}"
    )["solutionArn"]
    version = personalize.create_solution_version(solutionArn=solution)["solutionVersionArn"]
    _check(personalize.describe_solution_version(solutionVersionArn=version)["solutionVersion"])
    campaign = personalize.create_campaign(name="benchmark", solutionVersionArn=version)["campaignArn"]
    _check(personalize.describe_campaign(campaignArn=campaign)["campaign"])
    tracker = personalize.create_event_tracker(name="benchmark", datasetGroupArn=group)
    return Deployment(
        dataset_group_arn=group, version_arn=version, campaign_arn=campaign, tracking_id=tracker["trackingId"]
    )


def _check(resource: dict[str, str]) -> None:
    if resource["status"] != "ACTIVE":
        raise AssertionError(resource)
