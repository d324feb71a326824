"""What is looked at before a job, a solution or a model exists: files, their headers, and whether there are data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from making import MakeDataset, MakeGroup, Workshop
from pytest_personalize import LegacyRecipeWarning, PersonalizeBackend, mock_personalize

ROLE = "arn:aws:iam::123456789012:role/PersonalizeRole"
RECIPE = "arn:aws:personalize:::recipe/aws-"
INVALID = "InvalidInputException"
NO_ACCESS = "Insufficient privileges for accessing data in S3. Please look at https://docs.aws.amazon.com/"
HEADER = "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE"

Refused = Callable[..., AbstractContextManager[None]]


class TestAccess:
    """Row 9: access is looked at by the call, with one text whatever the store is."""

    @pytest.fixture(params=["memory", "folder", "moto", "client"])
    def store(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
        if request.param in ("memory", "folder"):
            yield "memory" if request.param == "memory" else tmp_path
            return
        with mock_aws():
            s3 = boto3.client("s3", region_name="us-east-1")
            s3.create_bucket(Bucket="bucket")
            yield s3 if request.param == "client" else None

    @pytest.fixture
    def backend(self, store: Any) -> Iterator[PersonalizeBackend]:
        with mock_personalize(s3=store) as backend:
            backend.s3.put("s3://bucket/in/rows.csv", f"{HEADER}\nu1,i1,1700000000,View\n")
            backend.s3.put("s3://bucket/in/lines.json", '{"userId": "u1"}\n')
            yield backend

    def test_row_9_a_bucket_that_is_not_there_is_one_without_access(
        self, jobs: Mapping[str, Any], refused: Refused
    ) -> None:
        for start in jobs.values():
            with refused(INVALID, NO_ACCESS):
                start("s3://no-such-bucket/in/rows.csv")
            with refused(INVALID, "and fix bucket policy on no-such-bucket."):
                start("s3://no-such-bucket/in/rows.csv")

    def test_row_9_a_location_with_nothing_at_it_is_invalid(self, jobs: Mapping[str, Any], refused: Refused) -> None:
        for kind, start in jobs.items():
            with refused(INVALID, "Invalid S3 input path" if "batch" in kind else "Invalid Data location."):
                start("s3://bucket/nothing/here.csv")

    def test_row_9_a_refused_job_does_not_exist(
        self, backend: PersonalizeBackend, jobs: Mapping[str, Any], refused: Refused
    ) -> None:
        before = len(backend.all_resources())
        for start in jobs.values():
            with refused(INVALID):
                start("s3://bucket/nothing/here.csv")
        assert len(backend.all_resources()) == before

    @pytest.fixture
    def jobs(self, backend: PersonalizeBackend, shop_of: Callable[[PersonalizeBackend], Any]) -> Mapping[str, Any]:
        """Kind of job -> what starts one on a location."""
        shop = shop_of(backend)
        client, workshop = shop.personalize, shop.workshop
        version, fans = shop.version("aws-user-personalization"), shop.version("aws-item-affinity")

        def batch(create: Any, version: str) -> Any:
            return lambda location: create(
                jobName=workshop.name("batch"),
                solutionVersionArn=version,
                roleArn=ROLE,
                jobInput={"s3DataSource": {"path": location}},
                jobOutput={"s3DataDestination": {"path": "s3://bucket/out/"}},
            )

        return {
            "import": lambda location: workshop.start_import(shop.items_dataset, location),
            "deletion": lambda location: client.create_data_deletion_job(
                jobName=workshop.name("deletion"),
                datasetGroupArn=shop.group,
                roleArn=ROLE,
                dataSource={"dataLocation": location},
            ),
            "batch inference": batch(client.create_batch_inference_job, version),
            "batch segment": batch(client.create_batch_segment_job, fans),
        }

    def test_row_9_an_output_bucket_is_looked_at_where_somebody_else_keeps_it(
        self, store: Any, backend: PersonalizeBackend, shop_of: Callable[[PersonalizeBackend], Any], refused: Refused
    ) -> None:
        shop = shop_of(backend)

        def export() -> Any:
            return shop.personalize.create_dataset_export_job(
                jobName=shop.workshop.name("export"),
                datasetArn=shop.items_dataset,
                roleArn=ROLE,
                jobOutput={"s3DataDestination": {"path": "s3://elsewhere/out/"}},
            )

        if isinstance(store, str | Path):
            assert export()["datasetExportJobArn"]
        else:
            with refused(INVALID, NO_ACCESS):
                export()


class TestHeaders:
    """Row 9: so is the header line; what is wrong in rows is the job's."""

    def test_row_9_a_header_that_lacks_columns_makes_no_job(self, workshop: Workshop, refused: Refused) -> None:
        dataset = workshop.dataset()
        with refused(INVALID, "Input csv is missing the following columns: [ITEM_ID, EVENT_TYPE]"):
            workshop.imported(dataset, "USER_ID,PRODUCT,TIMESTAMP", "u1,i1,1700000000")
        assert not workshop.backend.dataset_import_jobs

    def test_row_9_a_deletion_file_needs_its_column(self, workshop: Workshop, refused: Refused) -> None:
        with refused(INVALID, "missing the following columns: [USER_ID]"):
            workshop.personalize.create_data_deletion_job(
                jobName="deletion",
                datasetGroupArn=workshop.group(),
                roleArn=ROLE,
                dataSource={"dataLocation": workshop.upload(["ann"])},
            )

    def test_row_9_a_bad_row_fails_the_job(self, workshop: Workshop) -> None:
        job = workshop.imported(workshop.dataset(), HEADER, "u1,i1,yesterday,View")
        assert job["status"] == "CREATE FAILED"

    def test_row_10_whatever_lies_in_a_folder_is_data(self, workshop: Workshop) -> None:
        put = workshop.backend.s3.put
        for name in ("run-1-part-r-00000", "part-00000-abc.csv"):
            put(f"s3://bucket/glue/{name}", f"{HEADER}\n{name},i1,1700000000,View\n")
        for name in ("_SUCCESS", ".metadata", "deeper/part-00001"):
            put(f"s3://bucket/glue/{name}", "no rows at all")
        dataset = workshop.dataset()
        workshop.start_import(dataset, "s3://bucket/glue/")
        assert len(workshop.rows(dataset)) == 2


class TestData:
    """Row 11: no data is not small data, whatever the minimums are."""

    def solution(self, workshop: Workshop, group: str, recipe: str, **members: Any) -> str:
        answer = workshop.personalize.create_solution(
            name=workshop.name("solution"), datasetGroupArn=group, recipeArn=RECIPE + recipe, **members
        )
        return str(answer["solutionArn"])

    def trained(self, workshop: Workshop, solution: str) -> Mapping[str, Any]:
        arn = workshop.personalize.create_solution_version(solutionArn=solution)["solutionVersionArn"]
        found = workshop.personalize.describe_solution_version(solutionVersionArn=arn)["solutionVersion"]
        return dict(found)

    @pytest.mark.parametrize(
        ("recipe", "kinds", "text"),
        [
            ("user-personalization", ("INTERACTIONS",), "must contain an INTERACTIONS dataset with successfully"),
            ("semantic-similarity", ("ITEMS",), "must contain an ITEMS dataset with successfully completed"),
            ("next-best-action", ("ACTIONS", "ACTION_INTERACTIONS"), "ACTIONS and ACTION_INTERACTIONS dataset"),
        ],
    )
    def test_row_11_a_solution_wants_data(
        self, workshop: Workshop, refused: Refused, recipe: str, kinds: tuple[str, ...], text: str
    ) -> None:
        group = workshop.group()
        for kind in kinds:
            workshop.dataset(kind, group=group)
        with refused(INVALID, text):
            self.solution(workshop, group, recipe)

    def test_row_11_streamed_events_are_data(self, workshop: Workshop, personalize_events: Any) -> None:
        group = workshop.group()
        workshop.dataset(group=group)
        event = {"eventType": "View", "itemId": "i1", "sentAt": 1_700_000_000}
        personalize_events.put_events(
            trackingId=workshop.tracking_id(group), userId="u1", sessionId="s", eventList=[event]
        )
        assert self.solution(workshop, group, "user-personalization")

    def test_row_11_rows_that_are_all_filtered_away_fail_the_training(self, workshop: Workshop) -> None:
        group = workshop.group()
        workshop.imported(workshop.dataset(group=group), HEADER, "u1,i1,1700000000,View")
        version = self.trained(workshop, self.solution(workshop, group, "popularity-count", eventType="Buy"))
        assert version["status"] == "CREATE FAILED"
        assert version["failureReason"].startswith(
            "Dataset has fewer than 1 interactions after filtering by event type"
        )

    def test_row_11_a_recommender_without_usable_rows_fails(
        self, workshop: Workshop, make_group: MakeGroup, make_dataset: MakeDataset
    ) -> None:
        group = make_group(domain="ECOMMERCE")
        make_dataset(
            group, "INTERACTIONS", ["USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,EVENT_VALUE", "u1,i1,1700000000,View,1"]
        )
        make_dataset(group, "ITEMS")
        arn = workshop.personalize.create_recommender(
            name="buys", datasetGroupArn=group, recipeArn=RECIPE + "ecomm-popular-items-by-purchases"
        )["recommenderArn"]
        found = workshop.personalize.describe_recommender(recommenderArn=arn)["recommender"]
        assert found["status"] == "CREATE FAILED"

    @pytest.mark.mock_personalize(data="optional")
    def test_row_11_infrastructure_comes_before_data_where_data_are_optional(
        self, workshop: Workshop, personalize_runtime: Any
    ) -> None:
        group = workshop.group()
        workshop.dataset(group=group)
        version = self.trained(workshop, self.solution(workshop, group, "user-personalization"))
        assert version["status"] == "ACTIVE"
        campaign = workshop.personalize.create_campaign(name="picks", solutionVersionArn=version["solutionVersionArn"])[
            "campaignArn"
        ]
        assert personalize_runtime.get_recommendations(campaignArn=campaign, userId="u1")["itemList"] == []

    @pytest.mark.mock_personalize(minimums={"interactions": 3})
    def test_row_11_a_mapping_sets_single_minimums(self, workshop: Workshop) -> None:
        group = workshop.group()
        workshop.imported(
            workshop.dataset(group=group), HEADER, *(f"u{n},i1,{1_700_000_000 + n},View" for n in range(2))
        )
        version = self.trained(workshop, self.solution(workshop, group, "popularity-count"))
        assert version["failureReason"] == "Dataset has fewer than 3 interactions."

    @pytest.mark.parametrize("minimums", ["AWS", {"interaction": 3}, {"interactions": -1}, {"interactions": "3"}, 1000])
    def test_other_minimums_are_refused(self, minimums: Any) -> None:
        with (
            pytest.raises(ValueError, match="minimums are 'aws', None or numbers"),
            mock_personalize(minimums=minimums),
        ):
            pass

    @pytest.mark.parametrize("types", [("", ""), ("", "EVENT_TYPE")])
    def test_row_12_event_types_that_are_all_null_or_reserved_fail_the_training(
        self, workshop: Workshop, types: tuple[str, str]
    ) -> None:
        group = workshop.group()
        dataset = workshop.dataset(group=group, EVENT_TYPE=["string", "null"])
        rows = [f"u{n},i{n},{1_700_000_000 + n},{event_type}" for n, event_type in enumerate(types)]
        workshop.imported(dataset, HEADER, *rows)
        version = self.trained(workshop, self.solution(workshop, group, "user-personalization"))
        assert version["failureReason"] == "All values in the event_type column are either reserved keywords or null"

    def test_row_26_a_retired_recipe_warns_at_the_line_of_the_caller(self, workshop: Workshop) -> None:
        group = workshop.group()
        workshop.imported(workshop.dataset(group=group), HEADER, "u1,i1,1700000000,View")
        with pytest.warns(LegacyRecipeWarning, match="aws-hrnn is no longer available") as caught:
            self.solution(workshop, group, "hrnn")
        assert len(caught) == 1


def test_row_18_actions_are_not_exported(workshop: Workshop, refused: Refused) -> None:
    for kind in ("ACTIONS", "ACTION_INTERACTIONS"):
        with refused(INVALID, f"Datasets of type {kind} cannot be exported."):
            workshop.rows(workshop.dataset(kind))
