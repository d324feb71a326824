"""The record of calls, and assertions that show what came instead."""

from __future__ import annotations

import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pytest_personalize import PersonalizeBackend, mock_personalize

GROUP = "arn:aws:personalize:us-east-1:123456789012:dataset-group/shop"
NEWS = GROUP.replace("shop", "news")


@pytest.fixture
def events(backend: PersonalizeBackend, personalize_events: Any) -> Any:
    """Two refused calls, which are calls all the same."""
    for user, kind in (("ada", "view"), ("bob", "buy")):
        with pytest.raises(ClientError):
            personalize_events.put_events(
                trackingId="t", sessionId="s", userId=user, eventList=[{"eventType": kind, "sentAt": 1}]
            )
    return personalize_events


def test_a_call_is_recorded_with_its_answer(backend: PersonalizeBackend, client: Any) -> None:
    backend.clock.freeze(1709208000)
    client.create_dataset_group(name="shop")

    (call,) = backend.calls
    assert (call.service, call.operation, call.region) == ("personalize", "CreateDatasetGroup", "us-east-1")
    assert (call.params, call.response) == ({"name": "shop"}, {"datasetGroupArn": GROUP})
    assert (call.error, call.message, call.time) == (None, None, 1709208000)


def test_a_refused_call_is_recorded_with_its_error(backend: PersonalizeBackend, client: Any) -> None:
    with pytest.raises(ClientError):
        client.describe_dataset_group(datasetGroupArn=GROUP)

    (call,) = backend.calls
    assert (call.response, call.error) == (None, "ResourceNotFoundException")
    assert GROUP in str(call.message)


def test_calls_are_in_the_order_in_which_they_came(backend: PersonalizeBackend, client: Any) -> None:
    client.list_schemas()
    client.list_filters()
    client.list_schemas()

    assert [call.operation for call in backend.calls] == ["ListSchemas", "ListFilters", "ListSchemas"]
    assert backend.calls[-1].operation == "ListSchemas"
    assert [call.operation for call in backend.calls[:2]] == ["ListSchemas", "ListFilters"]
    assert repr(backend.calls) == "<3 calls: ListSchemas, ListFilters, ListSchemas>"


def test_neither_credentials_nor_headers_are_recorded(backend: PersonalizeBackend, client: Any) -> None:
    client.list_schemas()

    assert "mocked" not in repr(list(map(tuple, backend.calls)))


def test_a_call_reads_as_it_was_written(backend: PersonalizeBackend, client: Any) -> None:
    client.create_dataset_group(name="shop")
    with pytest.raises(ClientError):
        client.create_dataset_group(name="shop")

    assert list(map(str, backend.calls)) == [
        "personalize.CreateDatasetGroup(name='shop') answered",
        "personalize.CreateDatasetGroup(name='shop') refused with ResourceAlreadyExistsException",
    ]
    assert repr(backend.calls[0]) == "<personalize.CreateDatasetGroup(name='shop') answered>"
    assert repr(backend.calls[:0]) == "<0 calls>"


def test_calls_of_one_operation(backend: PersonalizeBackend, client: Any, events: Any) -> None:
    client.list_schemas()

    assert [call.params["userId"] for call in backend.calls.of("PutEvents")] == ["ada", "bob"]


def test_calls_with_certain_parameters(backend: PersonalizeBackend, events: Any) -> None:
    found = backend.calls.of("PutEvents", userId="bob", sessionId="s")

    assert [call.params["eventList"][0]["eventType"] for call in found] == ["buy"]


def test_parameters_are_the_params(backend: PersonalizeBackend, client: Any) -> None:
    client.list_schemas(maxResults=5)

    assert backend.calls[0].parameters == backend.calls[0].params == {"maxResults": 5}


def test_calls_can_be_forgotten(backend: PersonalizeBackend, events: Any) -> None:
    backend.calls.clear()

    assert not backend.calls


class TestAssertCalled:
    def test_it_returns_the_calls(self, backend: PersonalizeBackend, events: Any) -> None:
        found = backend.assert_called("PutEvents", userId="ada")

        assert [call.params["userId"] for call in found] == ["ada"]

    def test_it_can_count(self, backend: PersonalizeBackend, events: Any) -> None:
        backend.assert_called("PutEvents", times=2)
        with pytest.raises(AssertionError) as caught:
            backend.assert_called("PutEvents", userId="ada", times=2)

        event = "[{'eventType': 'view', 'sentAt': 1}]"
        assert str(caught.value) == (
            "expected PutEvents(userId='ada') 2 times, it was called so 1 times\n"
            f"  personalize-events.PutEvents(trackingId='t', sessionId='s', userId='ada', eventList={event})"
            " refused with InvalidInputException"
        )

    def test_a_failure_shows_how_the_nearest_call_differs(self, backend: PersonalizeBackend, events: Any) -> None:
        with pytest.raises(AssertionError) as caught:
            backend.assert_called("PutEvents", userId="eve", sessionId="s")

        assert str(caught.value) == (
            "expected PutEvents(userId='eve', sessionId='s') at least once, it was called so 0 times\n"
            "--- expected\n"
            "+++ call of PutEvents\n"
            "@@ -1,4 +1,4 @@\n"
            " {\n"
            '   "sessionId": "s",\n'
            '-  "userId": "eve"\n'
            '+  "userId": "bob"\n'
            " }\n"
            "--- expected\n"
            "+++ call of PutEvents\n"
            "@@ -1,4 +1,4 @@\n"
            " {\n"
            '   "sessionId": "s",\n'
            '-  "userId": "eve"\n'
            '+  "userId": "ada"\n'
            " }"
        )

    def test_calls_that_differ_alike_are_shown_once(self, backend: PersonalizeBackend, client: Any) -> None:
        for _ in range(3):
            client.create_dataset_group(name=f"shop{len(backend.calls)}", domain="ECOMMERCE")

        with pytest.raises(AssertionError) as caught:
            backend.assert_called("CreateDatasetGroup", domain="VIDEO_ON_DEMAND")

        assert str(caught.value).count("+++ call of CreateDatasetGroup") == 1

    def test_the_call_that_agrees_most_comes_first(self, backend: PersonalizeBackend, events: Any) -> None:
        event = {"eventType": "view", "sentAt": 1}
        with pytest.raises(AssertionError) as caught:
            backend.assert_called("PutEvents", userId="ada", sessionId="x", eventList=[event])

        shown = re.findall(r'\+  "userId": "(\w+)"|\+  "sessionId"', str(caught.value).partition("+++")[2])
        assert shown[0] == ""  # of the first call shown, only the session differs

    def test_a_parameter_that_was_not_given_is_missing_in_the_diff(
        self, backend: PersonalizeBackend, client: Any
    ) -> None:
        client.create_dataset_group(name="shop")

        with pytest.raises(AssertionError) as caught:
            backend.assert_called("CreateDatasetGroup", name="shop", domain="ECOMMERCE")

        assert '-  "domain": "ECOMMERCE",' in str(caught.value).splitlines()

    def test_without_such_a_call_it_names_those_that_came(self, backend: PersonalizeBackend, events: Any) -> None:
        with pytest.raises(AssertionError, match=r"operations that were called: PutEvents$"):
            backend.assert_called("PutItems")

    def test_without_any_call_it_says_so(self, backend: PersonalizeBackend) -> None:
        with pytest.raises(AssertionError, match="operations that were called: none"):
            backend.assert_called("PutEvents")


class TestAssertNotCalled:
    def test_it_passes_when_there_was_none(self, backend: PersonalizeBackend, events: Any) -> None:
        backend.calls.assert_not_called("PutEvents", userId="eve")

    def test_it_shows_those_that_there_were(self, backend: PersonalizeBackend, client: Any) -> None:
        client.create_dataset_group(name="shop")

        with pytest.raises(AssertionError) as caught:
            backend.assert_not_called("CreateDatasetGroup")

        assert str(caught.value) == (
            "expected no CreateDatasetGroup(), it was called 1 times\n"
            "  personalize.CreateDatasetGroup(name='shop') answered"
        )


@pytest.mark.parametrize(
    ("operation", "params", "message"),
    [
        ("put_events", {}, "no operation 'put_events' exists; did you mean 'PutEvents'?"),
        ("PutEvent", {}, "no operation 'PutEvent' exists; did you mean 'PutEvents'?"),
        ("PutEvents", {"user_id": "ada"}, "PutEvents has no parameter 'user_id'; did you mean 'userId'?"),
        ("ListRecipes", {"x": 1}, "ListRecipes has no parameter 'x'; there are recipeProvider, nextToken, maxResults"),
    ],
)
class TestNames:
    """What the service does not have cannot have been called, nor not called."""

    def test_assertions_fail(
        self, backend: PersonalizeBackend, operation: str, params: dict[str, Any], message: str
    ) -> None:
        for check in (backend.assert_called, backend.assert_not_called):
            with pytest.raises(AssertionError, match=f"^{re.escape(message)}") as caught:
                check(operation, **params)
            assert caught.value.__suppress_context__

    def test_there_are_no_such_calls_to_look_for(
        self, backend: PersonalizeBackend, operation: str, params: dict[str, Any], message: str
    ) -> None:
        with pytest.raises(ValueError, match=re.escape(message)):
            backend.calls.of(operation, **params)


class TestBounds:
    """Of many calls the newest are kept, and all are counted."""

    @pytest.fixture
    def backend(self, make_client: Any) -> Any:
        with mock_personalize(calls_kept=3) as backend:
            client = make_client()
            client.create_dataset_group(name="films")
            for size in range(1, 5):
                client.list_schemas(maxResults=size)
            yield backend

    def test_the_newest_are_kept(self, backend: PersonalizeBackend) -> None:
        assert [call.params for call in backend.calls] == [{"maxResults": size} for size in (2, 3, 4)]

    def test_counts_stay_exact(self, backend: PersonalizeBackend) -> None:
        assert backend.calls.made("ListSchemas") == 4
        assert len(backend.assert_called("ListSchemas", times=4)) == 3

    def test_a_failure_tells_that_what_is_looked_for_may_have_been_dropped(self, backend: PersonalizeBackend) -> None:
        with pytest.raises(AssertionError) as caught:
            backend.assert_called("ListSchemas", maxResults=1)

        assert str(caught.value).endswith(
            "the oldest 1 calls of ListSchemas are no longer kept, and may have been what is looked for: "
            "personalize_calls_kept = 3"
        )

    @pytest.mark.parametrize(("operation", "params"), [("CreateDatasetGroup", {}), ("ListSchemas", {"maxResults": 9})])
    def test_a_call_that_may_have_been_is_not_said_not_to_have_been(
        self, backend: PersonalizeBackend, operation: str, params: dict[str, Any]
    ) -> None:
        with pytest.raises(AssertionError, match=r"the oldest 1 calls of .* are no longer kept"):
            backend.assert_not_called(operation, **params)

    def test_forgotten_calls_are_no_longer_counted(self, backend: PersonalizeBackend) -> None:
        backend.calls.clear()

        backend.assert_not_called("ListSchemas")
        assert backend.calls.made("ListSchemas") == 0

    def test_of_a_request_of_megabytes_only_the_refusal_is_kept(self, backend: PersonalizeBackend, client: Any) -> None:
        with pytest.raises(ClientError, match="Member must have length less than or equal to"):
            client.create_schema(name="far-too-long", schema="x" * 5_000_000)

        assert backend.calls[-1].error == "ValidationException"
        assert backend.calls[-1].params == {}

    def test_none_can_be_kept(self, make_client: Any) -> None:
        with mock_personalize(calls_kept=0) as backend:
            make_client().list_schemas()

            assert not backend.calls
            assert not backend.assert_called("ListSchemas", times=1)

    @pytest.mark.parametrize("kept", [-1, "many"])
    def test_what_is_no_number_of_calls_is_refused(self, kept: Any) -> None:
        with pytest.raises(ValueError, match=f"the number of calls to keep cannot be {kept}"):
            PersonalizeBackend(calls_kept=kept)
