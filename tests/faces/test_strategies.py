"""Hypothesis strategies: what they call valid is valid, and what they call invalid is refused for that reason."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import boto3
import pytest
from botocore.exceptions import ClientError, ParamValidationError
from botocore.model import ShapeResolver
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_personalize import SeededGroup, mock_personalize, strategies
from pytest_personalize.data.avro import parse_schema
from pytest_personalize.data.stores import MemoryStore
from pytest_personalize.filters import parse
from pytest_personalize.shapes.models import SERVICES, operation, operation_names, service_model, snake
from pytest_personalize.shapes.request import compile_input
from pytest_personalize.strategies import InvalidRequest, csv_of, interactions, invalid_requests, requests, schemas
from pytest_personalize.strategies.ties import TIES
from pytest_personalize.strategies.valid import structure

OPERATIONS = [(service, name) for service in SERVICES for name in operation_names(service)]
FEW = settings(
    max_examples=settings.default.max_examples // 8,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def test_without_hypothesis_they_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    with pytest.raises(ModuleNotFoundError, match=r"needs hypothesis: pip install 'pytest-personalize\[hypothesis\]'"):
        importlib.reload(strategies)


@pytest.fixture(scope="module")
def clients() -> dict[str, Any]:
    keys = {"aws_access_key_id": "mocked", "aws_secret_access_key": "mocked"}
    return {service: boto3.client(service, region_name="us-east-1", **keys) for service in SERVICES}


def refusal_of(call: Any, params: dict[str, Any]) -> str:
    """Why the service refuses a call, nothing if it does not."""
    try:
        call(**params)
    except ClientError as error:
        return str(error.response["Error"]["Message"])
    return ""


@pytest.mark.parametrize(("service", "name"), OPERATIONS)
class TestEveryOperation:
    def test_a_request_satisfies_its_shape(self, service: str, name: str) -> None:
        read = compile_input(operation(service, name).input, {})

        @FEW
        @given(requests(name))
        def holds(params: dict[str, Any]) -> None:
            read(json.loads(json.dumps(params, default=lambda moment: moment.timestamp())))

        holds()

    def test_a_client_sends_it_and_the_service_understands_it(
        self, clients: dict[str, Any], service: str, name: str
    ) -> None:
        call = getattr(clients[service], snake(name))

        @FEW
        @given(requests(name))
        def holds(params: dict[str, Any]) -> None:
            with mock_personalize():
                assert "validation error" not in refusal_of(call, params)

        holds()

    def test_an_invalid_request_is_refused_for_its_reason(
        self, clients: dict[str, Any], service: str, name: str
    ) -> None:
        call = getattr(clients[service], snake(name))

        @FEW
        @given(invalid_requests(name))
        def holds(request: InvalidRequest) -> None:
            with mock_personalize():
                if request.stopped_by_client:
                    with pytest.raises(ParamValidationError):
                        call(**request.params)
                    return
                with pytest.raises(ClientError) as caught:
                    call(**request.params)
            error = caught.value.response["Error"]
            assert error["Code"] == "ValidationException"
            assert error["Message"].startswith("1 validation error detected: Value")
            assert f"at '{request.path}' failed to satisfy constraint: {request.constraint}" in error["Message"]

        if operation(service, name).input is not None:
            holds()


def test_members_can_be_fixed() -> None:
    @FEW
    @given(requests("CreateCampaign", name="picks", minProvisionedTPS=st.integers(3, 5)))
    def holds(params: dict[str, Any]) -> None:
        assert params["name"] == "picks"
        assert params["minProvisionedTPS"] in (3, 4, 5)

    holds()


def test_optional_members_come_and_go() -> None:
    seen = set()

    @given(requests("ListCampaigns"))
    def collect(params: dict[str, Any]) -> None:
        seen.add("solutionArn" in params)

    collect()
    assert seen == {True, False}


def test_arns_fit_the_member_that_they_are_for() -> None:
    @FEW
    @given(requests("CreateSolution"))
    def holds(params: dict[str, Any]) -> None:
        assert params["datasetGroupArn"].startswith("arn:aws:personalize:us-east-1:123456789012:dataset-group/")

    holds()


def test_an_unknown_operation_is_refused_with_the_near_match() -> None:
    with pytest.raises(ValueError, match="no operation 'CreateCampain' exists; did you mean 'CreateCampaign'"):
        requests("CreateCampain")


def test_an_unknown_member_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="DeleteCampaign has no member 'arn'; there are campaignArn"):
        requests("DeleteCampaign", arn="x")


@pytest.mark.parametrize("domain", [None, "ECOMMERCE", "VIDEO_ON_DEMAND"])
def test_schemas_keep_the_rules_of_their_domain(domain: str | None) -> None:
    @given(schemas(domain=domain))
    def holds(text: str) -> None:
        parse_schema(text, domain)

    holds()


def test_a_schema_can_be_of_one_dataset_type() -> None:
    @FEW
    @given(schemas("ITEMS", "ECOMMERCE"))
    def holds(text: str) -> None:
        assert parse_schema(text, "ECOMMERCE").dataset_type == "ITEMS"

    holds()


def test_a_dataset_type_that_a_domain_lacks_is_refused() -> None:
    with pytest.raises(ValueError, match="no schema of dataset type 'ACTIONS' in domain 'ECOMMERCE'"):
        schemas("ACTIONS", "ECOMMERCE")


def test_create_schema_takes_every_request(clients: dict[str, Any]) -> None:
    @given(requests("CreateSchema"))
    def holds(params: dict[str, Any]) -> None:
        with mock_personalize():
            clients["personalize"].create_schema(**params)

    holds()


def test_filter_expressions_can_be_parsed() -> None:
    @FEW
    @given(requests("CreateFilter"))
    def holds(params: dict[str, Any]) -> None:
        parse(params["filterExpression"])

    holds()


class TestInteractions:
    @FEW
    @given(interactions(users=["u1", "u2"], items=st.text("ab", min_size=1), event_types=["click"], min_size=2))
    def test_rows_are_as_asked_for_oldest_first(self, rows: list[dict[str, Any]]) -> None:
        assert len(rows) >= 2
        assert {row["USER_ID"] for row in rows} <= {"u1", "u2"}
        assert {letter for row in rows for letter in row["ITEM_ID"]} <= {"a", "b"}
        assert {row["EVENT_TYPE"] for row in rows} == {"click"}
        times = [row["TIMESTAMP"] for row in rows]
        assert times == sorted(times)

    @FEW
    @given(interactions(min_size=1, max_size=20))
    def test_their_file_can_be_imported(self, clients: dict[str, Any], rows: list[dict[str, Any]]) -> None:
        with mock_personalize() as backend:
            backend.s3.put("s3://bucket/rows.csv", csv_of(rows))
            client = clients["personalize"]
            group = client.create_dataset_group(name="shop")["datasetGroupArn"]
            fields = [{"name": name, "type": "long" if name == "TIMESTAMP" else "string"} for name in rows[0]]
            record = {"type": "record", "name": "Interactions", "namespace": "x", "fields": fields, "version": "1.0"}
            schema = client.create_schema(name="s", schema=json.dumps(record))["schemaArn"]
            dataset = client.create_dataset(
                name="d", datasetGroupArn=group, datasetType="Interactions", schemaArn=schema
            )["datasetArn"]
            client.create_dataset_import_job(
                jobName="j",
                datasetArn=dataset,
                dataSource={"dataLocation": "s3://bucket/rows.csv"},
                roleArn="arn:aws:iam::123456789012:role/PersonalizeRole",
            )

            assert backend.dataset_import_jobs["j"].status == "ACTIVE", backend.dataset_import_jobs["j"].failure_reason

    def test_what_has_commas_and_quotes_in_it_is_quoted(self) -> None:
        assert (
            csv_of([{"ITEM_ID": "i1", "TITLE": 'Say "hi", he said'}]) == b'ITEM_ID,TITLE\ni1,"Say \\"hi\\", he said"\n'
        )

    def test_no_rows_make_no_file(self) -> None:
        with pytest.raises(ValueError, match="at least one row"):
            csv_of([])


class Anywhere(MemoryStore):
    """A store that has every bucket, with an object at every location."""

    def list(self, prefix_uri: str) -> list[str]:
        return [prefix_uri]

    def fork(self) -> Anywhere:
        return self


class TestTies:
    """Requests whose members go together, in a backend in which their ARNs exist."""

    ACCEPTED: ClassVar[Mapping[str, Callable[[SeededGroup], dict[str, Any]]]] = {
        "CreateDatasetGroup": lambda movies: {},
        "CreateSchema": lambda movies: {},
        "CreateDatasetExportJob": lambda movies: {"datasetArn": movies.datasets["ITEMS"]},
        "CreateMetricAttribution": lambda movies: {
            "datasetGroupArn": movies.arn,
            "metrics": [{"eventType": "Watch", "metricName": "watched", "expression": "SAMPLECOUNT()"}],
        },
        "CreateBatchInferenceJob": lambda movies: {
            "solutionVersionArn": movies.solution_versions["aws-user-personalization-v2"],
            "batchInferenceJobConfig": {},
            "batchInferenceJobMode": "BATCH_INFERENCE",
            "filterArn": movies.filters["exclude-watched"],
        },
        "CreateSolution": lambda movies: {
            "datasetGroupArn": movies.arn,
            "recipeArn": "arn:aws:personalize:::recipe/aws-user-personalization-v2",
            "performIncrementalUpdate": False,
            "solutionConfig": {"autoTrainingConfig": {"schedulingExpression": "rate(3 days)"}},
        },
        "UpdateSolution": lambda movies: {
            "solutionArn": movies.solution_versions["aws-user-personalization-v2"].rpartition("/")[0],
            "performIncrementalUpdate": False,
            "solutionUpdateConfig": {"autoTrainingConfig": {"schedulingExpression": "rate(3 days)"}},
        },
        "GetRecommendations": lambda movies: {
            "campaignArn": movies.campaigns["aws-user-personalization-v2"],
            "userId": "user-ada",
            "filterArn": movies.filters["exclude-watched"],
            "context": {},
            "filterValues": {},
            "metadataColumns": {},
            "promotions": [],
        },
        "PutEvents": lambda movies: {"trackingId": movies.tracking_id},
    }
    """What of a request looks elsewhere, and so is the caller's business."""

    @pytest.mark.parametrize(
        "name",
        [
            pytest.param(name, marks=pytest.mark.needs_member(f"{name}Request.performIncrementalUpdate"))
            if name in ("CreateSolution", "UpdateSolution")
            else name
            for name in ACCEPTED
        ],
    )
    def test_the_service_takes_what_it_is_given(self, clients: dict[str, Any], name: str) -> None:
        service = next(service for service, each in OPERATIONS if each == name)
        call = getattr(clients[service], snake(name))
        with mock_personalize(quotas=None, s3=Anywhere()) as backend:
            movies = backend.seed("movies")
            seeded = backend.snapshot()

            @FEW
            @given(requests(name, **self.ACCEPTED[name](movies)))
            def holds(params: dict[str, Any]) -> None:
                backend.restore(seeded)
                assert refusal_of(call, params) == ""

            holds()

    @pytest.mark.parametrize(
        ("fixed", "missing"),
        [({"campaignArn": "arn"}, "recommenderArn"), ({"recommenderArn": "arn"}, "campaignArn")],
        ids=["campaign", "recommender"],
    )
    def test_what_the_caller_fixes_decides(self, fixed: dict[str, str], missing: str) -> None:
        @FEW
        @given(requests("GetRecommendations", **fixed))
        def holds(params: dict[str, Any]) -> None:
            assert missing not in params

        holds()

    def test_every_tie_is_one_of_the_model(self) -> None:
        names = {name for service in SERVICES for name in service_model(service).shape_names}
        assert set(TIES) - names <= {"EventParameters"}  # which the oldest supported botocore lacks


MODEL = {
    "Request": {"type": "structure", "required": ["name"], "members": {"name": {"shape": "Odd"}}},
    "Odd": {"type": "string", "min": 2, "max": 5, "pattern": r"\R"},
}


@FEW
@given(structure(ShapeResolver(MODEL).get_shape_by_name("Request")))
def test_a_pattern_that_nobody_here_can_read_does_not_count(params: dict[str, Any]) -> None:
    """A later botocore may have one; requests then fit all the rest, and are taken."""
    compile_input(ShapeResolver(MODEL).get_shape_by_name("Request"), {})(params)

    assert 2 <= len(params["name"]) <= 5
