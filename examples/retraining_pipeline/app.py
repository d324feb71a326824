"""The nightly retraining: new data in, a new solution version, and into the campaign with it if it is good enough.

Each step is a job at AWS that takes minutes to hours, so the pipeline starts it and asks every minute how far it is.
"""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import boto3
from botocore.exceptions import ClientError

MINUTE: Final = 60
METRIC: Final = "normalized_discounted_cumulative_gain_at_25"
IN_TIME: Final = {"import": 60, "training": 300, "update": 60}
"""How many minutes a step may take."""


class PipelineError(Exception):
    """A step that failed, or did not end in time; the campaign goes on as it was."""


@dataclass(frozen=True)
class Deployment:
    """What is retrained: a campaign, the dataset that it learns from, and where the files lie on their way there."""

    campaign_arn: str
    dataset_arn: str
    bucket: str
    role_arn: str


@dataclass(frozen=True)
class Outcome:
    """What a night has brought: the new version, its metric, that of the version before, and whether it serves now."""

    version_arn: str
    metric: float
    metric_before: float
    deployed: bool


class Pipeline:
    """Call ``run`` with all interactions, once a night. ``tolerance`` is by how much the metric may fall."""

    def __init__(self, deployment: Deployment, tolerance: float = 0.02) -> None:
        self.deployment = deployment
        self.tolerance = tolerance
        self.s3 = boto3.client("s3")
        self.personalize = boto3.client("personalize")

    def run(self, night: date, rows: Sequence[Mapping[str, object]]) -> Outcome:
        """PipelineError for a step that fails; the steps after it are not begun."""
        campaign_arn = self.deployment.campaign_arn
        before = self.personalize.describe_campaign(campaignArn=campaign_arn)["campaign"]["solutionVersionArn"]
        self.import_rows(night, rows)
        version = self.train(before)
        metric, metric_before = self.metric(version), self.metric(before)
        good = metric >= metric_before - self.tolerance
        if good:
            self.deploy(version)
        return Outcome(version, metric, metric_before, deployed=good)

    def import_rows(self, night: date, rows: Sequence[Mapping[str, object]]) -> None:
        """Replace the data of the dataset, by way of S3."""
        key = f"interactions/{night:%Y-%m-%d}.csv"
        self.s3.put_object(Bucket=self.deployment.bucket, Key=key, Body=as_csv(rows).encode())
        try:
            job = self.personalize.create_dataset_import_job(
                jobName=f"interactions-{night:%Y-%m-%d}",
                datasetArn=self.deployment.dataset_arn,
                dataSource={"dataLocation": f"s3://{self.deployment.bucket}/{key}"},
                roleArn=self.deployment.role_arn,
                importMode="FULL",
            )["datasetImportJobArn"]
        except ClientError as error:
            raise PipelineError(f"import refused: {error}") from error
        describe = self.personalize.describe_dataset_import_job
        wait("import", lambda: describe(datasetImportJobArn=job)["datasetImportJob"])

    def train(self, before: str) -> str:
        """A new version of the solution that the old version is of."""
        describe = self.personalize.describe_solution_version
        solution = describe(solutionVersionArn=before)["solutionVersion"]["solutionArn"]
        version = self.personalize.create_solution_version(solutionArn=solution, trainingMode="FULL")
        arn = version["solutionVersionArn"]
        wait("training", lambda: describe(solutionVersionArn=arn)["solutionVersion"])
        return arn

    def metric(self, version: str) -> float:
        """How good a version is, by its own hold-out."""
        return self.personalize.get_solution_metrics(solutionVersionArn=version)["metrics"][METRIC]

    def deploy(self, version: str) -> None:
        """Let the campaign serve a version; it serves the old one until the update has ended."""
        campaign_arn = self.deployment.campaign_arn
        self.personalize.update_campaign(campaignArn=campaign_arn, solutionVersionArn=version)
        describe = self.personalize.describe_campaign
        wait("update", lambda: describe(campaignArn=campaign_arn)["campaign"]["latestCampaignUpdate"])


def wait(step: str, describe: Callable[[], Any]) -> None:
    """Ask every minute until a job has ended well; PipelineError if it does not."""
    for _ in range(IN_TIME[step]):
        described = describe()
        if described["status"] == "ACTIVE":
            return
        if described["status"].endswith("FAILED"):
            raise PipelineError(f"{step} failed: {described.get('failureReason', 'no reason was given')}")
        time.sleep(MINUTE)
    raise PipelineError(f"{step} took more than {IN_TIME[step]} minutes")


def as_csv(rows: Sequence[Mapping[str, object]]) -> str:
    """The rows as a file; the columns are those of the first one."""
    file = io.StringIO()
    writer = csv.DictWriter(file, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()
