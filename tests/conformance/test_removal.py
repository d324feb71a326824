"""What is left in the end: of what resists, of what lies in a bucket, and of what others have made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from pytest_personalize.conformance.errors import Refusal
from pytest_personalize.conformance.lane import S3Files
from pytest_personalize.conformance.removal import IN_USE
from pytest_personalize.conformance.things import ITEMS
from pytest_personalize.conformance.world import World

Otherwise = Callable[[Mapping[str, Any]], World]
ARN = "arn:aws:personalize:us-east-1:123456789012"
USED = Refusal("Delete", IN_USE, "used", not_answered=False)


@pytest.mark.parametrize(
    ("kind", "answers"),
    [
        pytest.param("schema", {"DeleteSchema": USED}, id="in use, and without a status"),
        pytest.param("filter", {"DeleteFilter": USED, "DescribeFilter": {"filter": {"status": "ACTIVE"}}}, id="in use"),
        pytest.param(
            "filter",
            {"DeleteFilter": USED, "DescribeFilter": {"filter": {"status": "CREATE PENDING"}}},
            id="made without an end",
        ),
        pytest.param(
            "filter", {"DeleteFilter": {}, "DescribeFilter": {"filter": {"status": "DELETE PENDING"}}}, id="never gone"
        ),
    ],
)
def test_what_resists_is_left(otherwise: Otherwise, kind: str, answers: dict[str, Any]) -> None:
    world = otherwise(answers)
    world.lane.patience = 0.05
    world.remover.note({f"{kind}Arn": f"{ARN}:{kind}/a"})
    assert world.remover.remove_all() == [f"{ARN}:{kind}/a"]
    assert world.remover.made == [f"{ARN}:{kind}/a"]


def test_a_job_without_an_end_is_waited_for_with_patience(otherwise: Otherwise) -> None:
    world = otherwise({"DescribeDatasetImportJob": {"datasetImportJob": {"status": "CREATE IN_PROGRESS"}}})
    world.lane.patience = 0.05
    world.remover.note({"datasetImportJobArn": f"{ARN}:dataset-import-job/a"})
    assert world.remover.remove_all() == []


class TestFoundInLists:
    """What a call has made whose answer never came."""

    def test_only_what_has_a_name_of_the_run_is_removed(self, otherwise: Otherwise) -> None:
        world = otherwise({})
        for name in ("films", f"{world.prefix}-films", "songs"):
            world.lane.call("CreateDatasetGroup", {"name": name})
        assert world.remover.remove_all() == []
        groups = world.call("ListDatasetGroups", {})["datasetGroups"]
        assert sorted(group["name"] for group in groups) == ["films", "songs"]

    def test_it_is_found_on_later_pages(self, otherwise: Otherwise, monkeypatch: pytest.MonkeyPatch) -> None:
        world = otherwise({})
        call = world.lane.call

        def one_a_page(name: str, members: dict[str, Any]) -> Any:
            return call(name, members | ({"maxResults": 1} if "maxResults" in members else {}))

        monkeypatch.setattr(world.lane, "call", one_a_page)
        for name in ("films", f"{world.prefix}-films", f"{world.prefix}-songs"):
            world.lane.call("CreateSchema", {"name": name, "schema": ITEMS})
        assert world.remover.remove_all() == []
        (left,) = world.call("ListSchemas", {})["schemas"]
        assert left["name"] == "films"

    def test_a_list_that_nobody_answers_shows_nothing(self, otherwise: Otherwise) -> None:
        world = otherwise({"ListSchemas": Refusal("ListSchemas", "NotImplemented", "", not_answered=True)})
        assert world.remover.remove_all() == []


class TestBucket:
    """Of S3, with what the run has written into it beside what was there before."""

    @pytest.fixture
    def world(self, otherwise: Otherwise) -> Iterator[World]:
        with mock_aws():
            world = otherwise({})
            client = boto3.client("s3", "us-east-1", aws_access_key_id="mocked", aws_secret_access_key="mocked")
            client.create_bucket(Bucket=world.lane.bucket)
            world.lane.files = S3Files(client)
            world.lane.files.put("s3://conform/others.csv", b"")
            yield world

    def test_what_is_written_is_read(self, world: World) -> None:
        assert world.put("lines/users.csv", "USER_ID") == f"s3://conform/{world.prefix}/lines/users.csv"
        assert world.objects("lines") == {"users.csv": "USER_ID"}

    def test_the_folder_of_the_run_goes(self, world: World) -> None:
        world.put("users.csv", "USER_ID")
        assert world.remover.remove_all() == []
        assert world.lane.files
        assert world.lane.files.list("s3://conform/") == ["s3://conform/others.csv"]

    def test_what_may_not_be_deleted_is_left(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        def denied(**_: object) -> None:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "Access Denied"}}, "DeleteObject")

        assert isinstance(world.lane.files, S3Files)
        monkeypatch.setattr(world.lane.files.client, "delete_object", denied)
        path = world.put("users.csv", "USER_ID")
        (left,) = world.remover.remove_all()
        assert left.startswith(f"{path}: An error occurred (AccessDenied)")
