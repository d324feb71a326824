"""Faults: through the client's own retry handlers, without a pause, and every attempt on record."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    EndpointConnectionError,
    ReadTimeoutError,
)

from making import USERS_SCHEMA
from pytest_personalize import PersonalizeBackend, mock_personalize

MODES = ("legacy", "standard", "adaptive")
SHORT = 9.0  # real seconds, on a machine that many share: less than the 10 to 60 that would be waited for


@pytest.fixture(autouse=True)
def _without_waiting() -> Iterator[None]:
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun < SHORT


def errors(backend: PersonalizeBackend) -> list[str | None]:
    """How each attempt ended."""
    return [call.error for call in backend.calls]


@pytest.mark.parametrize("mode", MODES)
class TestRetries:
    def test_a_throttled_call_succeeds_at_the_next_attempt(
        self, backend: PersonalizeBackend, make_client: Callable[..., Any], mode: str
    ) -> None:
        backend.faults.throttle("CreateDatasetGroup", times=2)

        answer = make_client(mode=mode, max_attempts=3).create_dataset_group(name="shop")

        assert answer["ResponseMetadata"]["RetryAttempts"] == 2
        assert answer["datasetGroupArn"] == backend.dataset_groups["shop"].arn

    def test_the_client_gives_up_after_its_attempts(
        self, backend: PersonalizeBackend, make_client: Callable[..., Any], mode: str
    ) -> None:
        backend.faults.throttle("ListSchemas", times=None)

        with pytest.raises(ClientError) as caught:
            make_client(mode=mode, max_attempts=4).list_schemas()

        assert caught.value.response["Error"] == {"Code": "ThrottlingException", "Message": "Rate exceeded"}
        assert caught.value.response["ResponseMetadata"]["RetryAttempts"] == 3
        assert caught.value.response["ResponseMetadata"]["MaxAttemptsReached"] is True

    def test_every_attempt_is_a_call(
        self, backend: PersonalizeBackend, make_client: Callable[..., Any], mode: str
    ) -> None:
        backend.faults.throttle("ListSchemas", times=2)

        make_client(mode=mode).list_schemas()

        assert errors(backend) == ["ThrottlingException", "ThrottlingException", None]

    @pytest.mark.parametrize("code", ["ServiceUnavailable", "InternalFailure"])
    def test_server_errors_are_tried_again(
        self, backend: PersonalizeBackend, make_client: Callable[..., Any], mode: str, code: str
    ) -> None:
        backend.faults.fail("ListSchemas", code)

        make_client(mode=mode).list_schemas()

        assert errors(backend) == [code, None]

    def test_errors_of_the_caller_are_not_tried_again(
        self, backend: PersonalizeBackend, make_client: Callable[..., Any], mode: str
    ) -> None:
        backend.faults.fail("ListSchemas", "AccessDeniedException", "no, you may not")

        with pytest.raises(ClientError, match="no, you may not") as caught:
            make_client(mode=mode).list_schemas()

        assert caught.value.response["ResponseMetadata"]["RetryAttempts"] == 0
        assert errors(backend) == ["AccessDeniedException"]

    def test_lost_connections_are_tried_again(
        self, backend: PersonalizeBackend, make_client: Callable[..., Any], mode: str
    ) -> None:
        backend.faults.disconnect("ListSchemas", times=2)

        answer = make_client(mode=mode).list_schemas()

        assert answer["ResponseMetadata"]["RetryAttempts"] == 2
        assert errors(backend) == ["EndpointConnectionError", "EndpointConnectionError", None]

    def test_a_connection_that_stays_lost_is_botocores_exception(
        self, backend: PersonalizeBackend, make_client: Callable[..., Any], mode: str
    ) -> None:
        backend.faults.disconnect("ListSchemas", times=None)

        with pytest.raises(EndpointConnectionError, match=r"https://personalize\.us-east-1\.amazonaws\.com"):
            make_client(mode=mode, max_attempts=2).list_schemas()

        assert len(backend.calls) == 2

    def test_the_clock_does_not_move_in_the_pauses(
        self, backend: PersonalizeBackend, make_client: Callable[..., Any], mode: str
    ) -> None:
        held = backend.clock.freeze()
        backend.faults.throttle("ListSchemas", times=4)

        make_client(mode=mode, max_attempts=5).list_schemas()

        assert backend.clock.now() == held


@pytest.mark.parametrize("service", ["personalize-runtime", "personalize-events"])
@pytest.mark.parametrize("mode", MODES)
def test_the_other_services_retry_as_well(
    backend: PersonalizeBackend, make_client: Callable[..., Any], mode: str, service: str
) -> None:
    operation, arguments = {
        "personalize-runtime": ("get_recommendations", {"campaignArn": f"arn:aws:personalize:::campaign/{mode}"}),
        "personalize-events": ("put_events", {"trackingId": "t", "sessionId": "s", "eventList": [_event()]}),
    }[service]
    backend.faults.throttle("*", times=1)

    with pytest.raises(ClientError) as caught:
        getattr(make_client(service, mode=mode), operation)(**arguments)

    assert caught.value.response["ResponseMetadata"]["RetryAttempts"] == 1
    assert errors(backend)[0] == "ThrottlingException"
    assert len(backend.calls) == 2


def _event() -> dict[str, Any]:
    return {"eventType": "view", "sentAt": 1, "itemId": "i"}


def test_an_error_that_the_service_models_is_the_modelled_exception(backend: PersonalizeBackend, client: Any) -> None:
    backend.faults.fail("CreateSchema", "LimitExceededException", "enough")

    with pytest.raises(client.exceptions.LimitExceededException, match="enough"):
        client.create_schema(name="s", schema="{}")


def test_the_status_fits_the_code(backend: PersonalizeBackend, make_client: Callable[..., Any]) -> None:
    backend.faults.fail("ListSchemas", "ServiceUnavailable")

    with pytest.raises(ClientError) as caught:
        make_client(max_attempts=1).list_schemas()

    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503


def test_nothing_happens_in_a_call_that_fails(backend: PersonalizeBackend, client: Any) -> None:
    backend.faults.fail("CreateDatasetGroup", "AccessDeniedException")

    with pytest.raises(ClientError):
        client.create_dataset_group(name="shop")

    assert not backend.dataset_groups


def test_faults_are_met_in_the_order_of_their_declaration(backend: PersonalizeBackend, client: Any) -> None:
    backend.faults.throttle("ListSchemas")
    backend.faults.fail("ListSchemas", "InternalFailure")

    client.list_schemas()

    assert errors(backend) == ["ThrottlingException", "InternalFailure", None]


def test_other_operations_are_left_alone(backend: PersonalizeBackend, client: Any) -> None:
    backend.faults.throttle("CreateSchema", times=None)

    client.list_schemas()

    assert errors(backend) == [None]


def test_a_star_stands_for_all_operations(backend: PersonalizeBackend, client: Any) -> None:
    backend.faults.throttle("*", times=2)

    client.list_schemas()
    client.list_filters()

    assert errors(backend) == ["ThrottlingException", "ThrottlingException", None, None]


def test_a_backend_without_the_fault_goes_on_answering(backend: PersonalizeBackend, client: Any) -> None:
    backend.faults.throttle("ListSchemas", times=None)
    with mock_personalize():
        client.list_schemas()

    assert errors(backend) == []


def test_a_client_sees_its_own_events(backend: PersonalizeBackend, client: Any) -> None:
    seen: list[tuple[int, str | None]] = []

    def note(attempts: int, response: Any, caught_exception: Exception | None, **_: Any) -> None:
        seen.append((attempts, response[1].get("Error", {}).get("Code") if response else repr(caught_exception)))

    client.meta.events.register("needs-retry.personalize.ListSchemas", note)
    backend.faults.throttle("ListSchemas")

    client.list_schemas()

    assert seen == [(1, "ThrottlingException"), (2, None)]


def test_the_end_of_a_lost_call_is_an_event_of_the_client(backend: PersonalizeBackend, client: Any) -> None:
    seen: list[Exception] = []
    client.meta.events.register("after-call-error", lambda exception, **_: seen.append(exception))
    backend.faults.disconnect("ListSchemas", times=3)

    with pytest.raises(EndpointConnectionError) as caught:
        client.list_schemas()

    assert seen == [caught.value]


class TestDisconnect:
    def test_a_lost_request_does_not_reach_the_service(self, backend: PersonalizeBackend, client: Any) -> None:
        backend.faults.disconnect("CreateDatasetGroup", times=3)

        with pytest.raises(EndpointConnectionError):
            client.create_dataset_group(name="shop")

        assert not backend.dataset_groups

    def test_a_retry_after_a_lost_answer_is_a_second_call(self, backend: PersonalizeBackend, client: Any) -> None:
        backend.faults.disconnect("CreateDatasetGroup", lost="answer")

        with pytest.raises(client.exceptions.ResourceAlreadyExistsException):
            client.create_dataset_group(name="shop")

        assert errors(backend) == ["ConnectionClosedError", "ResourceAlreadyExistsException"]

    def test_an_answer_that_is_lost_for_good_is_botocores_exception(
        self, backend: PersonalizeBackend, client: Any
    ) -> None:
        backend.faults.disconnect("ListSchemas", times=None, lost="answer")

        with pytest.raises(ConnectionClosedError):
            client.list_schemas()

    def test_nothing_else_can_be_lost(self, backend: PersonalizeBackend) -> None:
        with pytest.raises(ValueError, match="'request' or 'answer', not 'patience'"):
            backend.faults.disconnect("ListSchemas", lost="patience")  # type: ignore[arg-type]


class TestLatency:
    def test_it_moves_the_clock(self, backend: PersonalizeBackend, client: Any) -> None:
        begun = backend.clock.freeze()
        backend.faults.latency("ListSchemas", 30)

        client.list_schemas()
        client.list_schemas()

        assert (backend.clock.now() - begun).total_seconds() == 60

    def test_work_is_done_at_the_later_time(self, backend: PersonalizeBackend, client: Any) -> None:
        begun = backend.clock.freeze()
        backend.faults.latency("CreateDatasetGroup", 30)

        client.create_dataset_group(name="shop")

        assert backend.dataset_groups["shop"].creation_date_time == begun.timestamp() + 30

    def test_a_client_does_not_wait_longer_than_its_read_timeout(
        self, backend: PersonalizeBackend, make_client: Callable[..., Any]
    ) -> None:
        begun = backend.clock.freeze()
        backend.faults.latency("ListSchemas", 30)

        with pytest.raises(ReadTimeoutError):
            make_client(max_attempts=2, read_timeout=20).list_schemas()

        assert (backend.clock.now() - begun).total_seconds() == 40
        assert errors(backend) == ["ReadTimeoutError", "ReadTimeoutError"]

    def test_the_service_does_its_work_even_if_nobody_waits(
        self, backend: PersonalizeBackend, make_client: Callable[..., Any]
    ) -> None:
        backend.faults.latency("CreateDatasetGroup", 30, times=1)
        client = make_client(read_timeout=20)

        with pytest.raises(client.exceptions.ResourceAlreadyExistsException):
            client.create_dataset_group(name="shop")

    def test_an_error_that_comes_too_late_is_a_timeout(
        self, backend: PersonalizeBackend, make_client: Callable[..., Any]
    ) -> None:
        backend.faults.latency("CreateDatasetGroup", 30, times=1)
        backend.faults.fail("CreateDatasetGroup", "LimitExceededException")

        make_client(read_timeout=20).create_dataset_group(name="shop")

        assert errors(backend) == ["ReadTimeoutError", None]

    def test_it_goes_together_with_other_faults(self, backend: PersonalizeBackend, client: Any) -> None:
        begun = backend.clock.freeze()
        backend.faults.latency("ListSchemas", 10)
        backend.faults.throttle("ListSchemas", times=2)

        client.list_schemas()

        assert errors(backend) == ["ThrottlingException", "ThrottlingException", None]
        assert (backend.clock.now() - begun).total_seconds() == 30

    @pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf")])
    def test_it_must_be_some_time(self, backend: PersonalizeBackend, seconds: float) -> None:
        with pytest.raises(ValueError, match="positive number"):
            backend.faults.latency("ListSchemas", seconds)


class TestRealLatency:
    def test_the_caller_waits(self, backend: PersonalizeBackend, client: Any) -> None:
        backend.faults.latency("ListSchemas", 0.2, real=True)
        begun = time.monotonic()

        client.list_schemas()

        assert time.monotonic() - begun >= 0.2

    def test_callers_wait_side_by_side(self, backend: PersonalizeBackend, client: Any) -> None:
        backend.faults.latency("ListSchemas", 0.5, real=True)
        threads = [threading.Thread(target=client.list_schemas) for _ in range(6)]
        begun = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert 0.5 <= time.monotonic() - begun < 6 * 0.5

    def test_nobody_waits_longer_than_the_read_timeout(
        self, backend: PersonalizeBackend, make_client: Callable[..., Any]
    ) -> None:
        backend.faults.latency("ListSchemas", 60, real=True)

        with pytest.raises(ReadTimeoutError):
            make_client(max_attempts=1, read_timeout=0.2).list_schemas()

    def test_a_clock_that_stands_still_moves_as_for_any_latency(self, backend: PersonalizeBackend, client: Any) -> None:
        begun = backend.clock.freeze()
        backend.faults.latency("ListSchemas", 0.1, real=True)

        client.list_schemas()

        assert (backend.clock.now() - begun).total_seconds() == pytest.approx(0.1)

    @pytest.mark.asyncio
    async def test_tasks_wait_side_by_side(self, backend: PersonalizeBackend) -> None:
        session = pytest.importorskip("aiobotocore.session", reason="aiobotocore is not installed")
        backend.faults.latency("ListSchemas", 0.2, real=True)
        options = {"region_name": "us-east-1", "aws_access_key_id": "mocked", "aws_secret_access_key": "mocked"}
        async with session.get_session().create_client("personalize", **options) as client:
            begun = time.monotonic()
            await asyncio.gather(*(client.list_schemas() for _ in range(5)))

        assert 0.2 <= time.monotonic() - begun < 5 * 0.2


class TestChaos:
    def outcomes(self, seed: int, client: Any) -> list[str | None]:
        with mock_personalize() as backend:
            backend.faults.chaos(seed)
            for _ in range(60):
                client.list_schemas()
            return errors(backend)

    def test_the_same_seed_gives_the_same_run(self, client: Any) -> None:
        assert self.outcomes(7, client) == self.outcomes(7, client) != self.outcomes(8, client)

    def test_faults_are_of_many_kinds(self, client: Any) -> None:
        met = {error for seed in range(5) for error in self.outcomes(seed, client)}

        wanted = {"ThrottlingException", "InternalFailure", "ServiceUnavailable", "EndpointConnectionError"}
        assert wanted | {None} == met

    def test_a_client_that_makes_three_attempts_gets_through(self, make_client: Callable[..., Any]) -> None:
        client = make_client(max_attempts=3)
        for seed in range(20):
            self.outcomes(seed, client)  # raises nothing

    def test_answers_are_late_on_the_clock(self, backend: PersonalizeBackend, client: Any) -> None:
        begun = backend.clock.freeze()
        backend.faults.chaos(1)
        for _ in range(60):
            client.list_schemas()

        assert backend.clock.now() > begun

    def test_some_jobs_fail(self, client: Any) -> None:
        with mock_personalize(quotas=None) as backend:
            backend.faults.chaos(3)
            for number in range(100):
                client.create_dataset_group(name=f"films-{number}")

            reasons = [group.failure_reason for group in backend.dataset_groups.values() if group.failure_reason]
        assert 0 < len(reasons) < 20
        assert set(reasons) == {"chaos 3"}

    def test_what_is_deleted_goes(self, client: Any) -> None:
        with mock_personalize(quotas=None) as backend:
            arns = [client.create_dataset_group(name=f"films-{n}")["datasetGroupArn"] for n in range(100)]
            backend.faults.chaos(3)
            for arn in arns:
                client.delete_dataset_group(datasetGroupArn=arn)
                while any(group.arn == arn for group in backend.dataset_groups.values()):
                    with suppress(client.exceptions.ResourceNotFoundException):
                        group = client.describe_dataset_group(datasetGroupArn=arn)["datasetGroup"]
                        assert group["status"] == "DELETE PENDING"

    @pytest.mark.parametrize("mode", ["instant", "polls:2"])
    def test_some_statuses_come_late(self, mode: Any, client: Any) -> None:
        looks = Counter[int]()
        with mock_personalize(quotas=None, transitions=mode) as backend:
            backend.faults.chaos(3)
            for number in range(60):
                arn = client.create_dataset_group(name=f"films-{number}")["datasetGroupArn"]
                seen = [client.describe_dataset_group(datasetGroupArn=arn)["datasetGroup"]["status"]]
                while seen[-1] not in ("ACTIVE", "CREATE FAILED"):
                    seen.append(client.describe_dataset_group(datasetGroupArn=arn)["datasetGroup"]["status"])
                looks[len(seen)] += 1

        soonest = 1 if mode == "instant" else 3
        assert set(looks) == {soonest, soonest + 1, soonest + 2, soonest + 3}
        assert looks[soonest] > 30

    def test_what_is_ready_in_seconds_at_aws_stays_so(self, client: Any) -> None:
        expression = "EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ($TYPE)"
        with mock_personalize(quotas=None, preset="shop") as backend:
            backend.faults.chaos(3)
            for number in range(60):
                group = backend.seeded["shop"].arn
                client.create_filter(name=f"filter-{number}", datasetGroupArn=group, filterExpression=expression)

        assert {one.status for one in backend.filters.values()} == {"ACTIVE", "CREATE FAILED"}

    def test_some_jobs_are_slow_on_the_clock(self, client: Any) -> None:
        took = []
        with mock_personalize(quotas=None, transitions="clock") as backend:
            backend.clock.freeze(0)
            backend.faults.chaos(3)
            for number in range(60):
                arn = client.create_dataset_group(name=f"films-{number}")["datasetGroupArn"]
                created = backend.dataset_groups[arn].creation_date_time
                backend.clock.advance(hours=1)
                took.append(backend.dataset_groups[arn].last_updated_date_time - created)

        usual = min(took)
        assert took.count(usual) > 20
        assert 1.5 * usual < max(took) < 4 * usual

    def test_lists_come_in_any_order(self, client: Any) -> None:
        with mock_personalize(quotas=None) as backend:
            for number in range(5):
                client.create_dataset_group(name=f"films-{number}")
            backend.faults.chaos(3)
            orders = {tuple(each["name"] for each in client.list_dataset_groups()["datasetGroups"]) for _ in range(9)}

        assert len(orders) > 5
        assert len({frozenset(order) for order in orders}) == 1

    def test_it_can_be_taken_back(self, backend: PersonalizeBackend, client: Any) -> None:
        backend.faults.chaos(7)
        backend.faults.clear()
        for _ in range(60):
            client.list_schemas()

        assert set(errors(backend)) == {None}


class TestFailJob:
    def test_the_call_succeeds_and_the_resource_fails(self, backend: PersonalizeBackend, client: Any) -> None:
        backend.faults.fail_job("CreateDatasetGroup", "Out of luck.")

        arn = client.create_dataset_group(name="shop")["datasetGroupArn"]

        group = client.describe_dataset_group(datasetGroupArn=arn)["datasetGroup"]
        assert (group["status"], group["failureReason"]) == ("CREATE FAILED", "Out of luck.")

    def test_only_the_next_one_fails(self, backend: PersonalizeBackend, client: Any) -> None:
        backend.faults.fail_job("CreateDatasetGroup", "Out of luck.")

        for name in ("first", "second"):
            client.create_dataset_group(name=name)

        assert [group.status for group in backend.dataset_groups.values()] == ["CREATE FAILED", "ACTIVE"]

    def test_it_shows_at_the_end_of_the_way(self, backend: PersonalizeBackend, client: Any) -> None:
        backend.transitions = "polls:2"
        backend.faults.fail_job("CreateDatasetGroup", "Out of luck.")
        arn = client.create_dataset_group(name="shop")["datasetGroupArn"]

        seen = [client.describe_dataset_group(datasetGroupArn=arn)["datasetGroup"]["status"] for _ in range(3)]

        assert seen == ["CREATE PENDING", "CREATE IN_PROGRESS", "CREATE FAILED"]

    def test_one_that_is_on_its_way_already_does_not_fail(self, backend: PersonalizeBackend, client: Any) -> None:
        backend.transitions = "clock"
        client.create_dataset_group(name="before")
        backend.faults.fail_job("CreateDatasetGroup", "Out of luck.")
        client.create_dataset_group(name="after")

        backend.clock.advance(hours=1)

        assert [group.status for group in backend.dataset_groups.values()] == ["ACTIVE", "CREATE FAILED"]

    def test_an_update_can_fail_too(self, backend: PersonalizeBackend, client: Any, workshop_dataset: str) -> None:
        backend.faults.fail_job("UpdateDataset", "Out of luck.")
        wider = client.create_schema(name="wider", schema=USERS_SCHEMA.replace("]", f", {NULLABLE}]", 1))["schemaArn"]

        client.update_dataset(datasetArn=workshop_dataset, schemaArn=wider)

        update = client.describe_dataset(datasetArn=workshop_dataset)["dataset"]["latestDatasetUpdate"]
        assert update["failureReason"] == "Out of luck."

    def test_an_operation_without_a_job_is_refused(self, backend: PersonalizeBackend) -> None:
        with pytest.raises(ValueError, match="no operation 'CreateSchema' starts a job; there are CreateB"):
            backend.faults.fail_job("CreateSchema", "why")


NULLABLE = '{"name": "TOWN", "type": ["string", "null"], "categorical": true}'


@pytest.fixture
def workshop_dataset(client: Any) -> str:
    """The ARN of a Users dataset."""
    group = client.create_dataset_group(name="shop")["datasetGroupArn"]
    schema = client.create_schema(name="users", schema=USERS_SCHEMA)["schemaArn"]
    created = client.create_dataset(name="users", datasetGroupArn=group, datasetType="USERS", schemaArn=schema)
    return str(created["datasetArn"])


class TestDeclaration:
    @pytest.mark.parametrize("name", ["CreateCampain", "create_campaign", "createcampaign"])
    def test_an_unknown_operation_is_refused_with_the_near_match(self, backend: PersonalizeBackend, name: str) -> None:
        with pytest.raises(ValueError, match=f"no operation '{name}' exists; did you mean 'CreateCampaign'"):
            backend.faults.throttle(name)

    def test_what_is_near_nothing_is_refused_with_all_there_are(self, backend: PersonalizeBackend) -> None:
        with pytest.raises(ValueError, match="no operation 'Zzz' exists; there are CreateBatchInferenceJob, "):
            backend.faults.throttle("Zzz")

    def test_a_code_that_the_operation_does_not_have_is_refused(self, backend: PersonalizeBackend) -> None:
        with pytest.raises(
            ValueError, match=r"^ListSchemas does not fail with 'Throtling'; did you mean 'ThrottlingEx"
        ):
            backend.faults.fail("ListSchemas", "Throtling")

    def test_a_code_of_other_operations_is_refused_with_those_of_this_one(self, backend: PersonalizeBackend) -> None:
        with pytest.raises(
            ValueError,
            match=r"^ListSchemas does not fail with 'ResourceNotFoundException'; "
            r"it fails with InvalidNextTokenException and common errors \(any_code=True takes any\)$",
        ):
            backend.faults.fail("ListSchemas", "ResourceNotFoundException")

    @pytest.mark.parametrize(
        ("operation", "code"),
        [
            ("DescribeCampaign", "ResourceNotFoundException"),
            ("*", "LimitExceededException"),
            ("ListSchemas", "ValidationException"),
            ("ListSchemas", "AccessDeniedException"),
        ],
    )
    def test_modelled_and_common_codes_are_taken(self, backend: PersonalizeBackend, operation: str, code: str) -> None:
        backend.faults.fail(operation, code, times=None)

        assert [fault.error and fault.error[0] for fault in backend.faults] == [code]

    def test_any_code_is_taken_on_request(self, backend: PersonalizeBackend, client: Any) -> None:
        backend.faults.fail("ListSchemas", "TeapotException", any_code=True)

        with pytest.raises(ClientError, match="TeapotException"):
            client.list_schemas()

    @pytest.mark.parametrize("times", [0, -1, 1.5, True])
    def test_times_is_a_number_of_attempts(self, backend: PersonalizeBackend, times: Any) -> None:
        with pytest.raises(ValueError, match="times must be a positive whole number or None"):
            backend.faults.throttle("ListSchemas", times=times)

    def test_what_is_left_can_be_looked_at(self, backend: PersonalizeBackend, client: Any) -> None:
        backend.faults.throttle("ListSchemas", times=2)
        backend.faults.latency("ListSchemas", 1.5)
        backend.faults.fail_job("CreateCampaign", "no")
        client.list_schemas()

        assert list(map(str, backend.faults)) == [
            "ListSchemas takes 1.5 s (always)",
            "CreateCampaign makes a job that fails: no (once)",
        ]
        backend.faults.clear()

    def test_faults_can_be_taken_back(self, backend: PersonalizeBackend, client: Any) -> None:
        backend.faults.throttle("ListSchemas")
        backend.faults.clear()

        client.list_schemas()

        assert errors(backend) == [None]

    def test_a_fault_that_nobody_met_can_fail_the_test(self, backend: PersonalizeBackend) -> None:
        backend.faults.throttle("ListSchemas", times=2)

        with pytest.raises(AssertionError, match="no attempt has met yet:\n  ListSchemas fails with ThrottlingExcept"):
            backend.faults.assert_met()
        backend.faults.clear()

    def test_faults_that_were_met_do_not(self, backend: PersonalizeBackend, client: Any) -> None:
        backend.faults.throttle("ListSchemas")
        backend.faults.latency("ListSchemas", 1)
        client.list_schemas()

        backend.faults.assert_met()


@pytest.mark.asyncio
@pytest.mark.parametrize("mode", MODES)
async def test_clients_of_aiobotocore_retry_as_well(backend: PersonalizeBackend, mode: str) -> None:
    session = pytest.importorskip("aiobotocore.session", reason="aiobotocore is not installed")
    config = pytest.importorskip("aiobotocore.config").AioConfig(retries={"mode": mode, "total_max_attempts": 3})
    backend.faults.throttle("ListSchemas")
    backend.faults.disconnect("ListSchemas")
    options = {"region_name": "us-east-1", "aws_access_key_id": "mocked", "aws_secret_access_key": "mocked"}
    async with session.get_session().create_client("personalize", config=config, **options) as client:
        answer = await client.list_schemas()

    assert answer["ResponseMetadata"]["RetryAttempts"] == 2
    assert errors(backend) == ["ThrottlingException", "EndpointConnectionError", None]


@pytest.mark.asyncio
async def test_a_connection_of_aiobotocore_can_stay_lost(backend: PersonalizeBackend) -> None:
    session = pytest.importorskip("aiobotocore.session", reason="aiobotocore is not installed")
    backend.faults.disconnect("ListSchemas", times=None)
    options = {"region_name": "us-east-1", "aws_access_key_id": "mocked", "aws_secret_access_key": "mocked"}
    async with session.get_session().create_client("personalize", **options) as client:
        with pytest.raises(EndpointConnectionError):
            await client.list_schemas()


def test_threads_meet_a_fault_as_often_as_it_was_declared(
    backend: PersonalizeBackend, make_client: Callable[..., Any]
) -> None:
    backend.faults.throttle("ListSchemas", times=10)
    client = make_client(max_attempts=20)
    threads = [threading.Thread(target=client.list_schemas) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (errors(backend).count("ThrottlingException"), errors(backend).count(None)) == (10, 16)
