"""The backend itself: its options, what it shows of itself, waiting on a resource."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest

import pytest_personalize
from pytest_personalize import PersonalizeBackend, mock_personalize
from pytest_personalize.data.stores import FolderStore
from pytest_personalize.testing.calls import Call

NOWHERE = "arn:aws:personalize:us-east-1:123456789012:dataset-group/none"


AWS = boto3.Session()
REGIONS = [region for each in AWS.get_available_partitions() for region in AWS.get_available_regions("s3", each)]


class TestOptions:
    @pytest.mark.parametrize(
        ("option", "error", "problem"),
        [
            ({"region": "narnia"}, ValueError, "region must be one of AWS, such as 'us-east-1', not 'narnia'"),
            ({"region": None}, TypeError, "region must be a text, not None"),
            ({"account_id": "12"}, ValueError, "account_id must be 12 digits, such as '123456789012', not '12'"),
            ({"account_id": 123456789012}, TypeError, "account_id must be a text, not 123456789012"),
            ({"seed": "x"}, TypeError, "seed must be a whole number, not 'x'"),
            ({"seed": True}, TypeError, "seed must be a whole number, not True"),
            ({"s3": 5}, ValueError, "s3=5 is no store: give 'memory', a folder, an object store or a boto3 S3 client"),
            ({"regions": "eu-west-1, narnia"}, ValueError, "region must be one of AWS, .* not 'narnia'"),
            ({"preset": "shpo"}, ValueError, "no preset 'shpo'; did you mean 'shop'"),
            ({"data": "nice"}, ValueError, "data is 'required' or 'optional', not 'nice'"),
            ({"quotas": {"hopes": 1}}, ValueError, "quotas are 'aws', None or a mapping of these names: .*; not"),
            ({"transitions": {"campain": "clock"}}, ValueError, "no such kind of resource: 'campain'; .*'campaign'"),
            ({"transitions": {"campaign:make": "clock"}}, ValueError, "a campaign has no step 'make'; "),
            ({"transitions": {"campaign": "pols:1"}}, ValueError, "transitions are .* not 'pols:1'"),
            ({"transitions": "poll"}, ValueError, "transitions are 'instant', 'polls:N', 'clock' or 'aws', not 'poll'"),
            ({"transitions": 2}, ValueError, "transitions are 'instant', 'polls:N', 'clock' or 'aws', not 2"),
        ],
    )
    def test_a_wrong_one_is_refused_at_once(self, option: dict[str, Any], error: type[Exception], problem: str) -> None:
        with pytest.raises(error, match=problem):
            PersonalizeBackend(**option)

    @pytest.mark.parametrize("region", REGIONS)
    def test_every_region_of_aws_will_do(self, region: str) -> None:
        assert PersonalizeBackend(region=region).region_name == region

    @pytest.mark.parametrize(
        "use", [lambda backend: backend.region("narnia"), lambda backend: backend.seed("shop", region="narnia")]
    )
    def test_a_wrong_region_is_refused_wherever_one_is_given(self, backend: PersonalizeBackend, use: Any) -> None:
        with pytest.raises(ValueError, match="region must be one of AWS"):
            use(backend)


class TestLooks:
    def test_a_backend_shows_its_regions_and_how_much_is_in_them(self) -> None:
        backend = PersonalizeBackend(region="eu-west-1")
        assert repr(backend) == "<PersonalizeBackend: eu-west-1: empty>"

        backend.seed("actions", region="us-east-1")

        told = "1 dataset-group, 5 schemas, 5 datasets, 1 solution and 10 more"
        assert repr(backend) == f"<PersonalizeBackend: eu-west-1: empty; us-east-1: {told}>"
        assert repr(backend.region("us-east-1")) == f"<resources of us-east-1: {told}>"

    def test_transitions_are_put_back_as_they_were(self) -> None:
        backend = PersonalizeBackend(transitions={"default": "polls:2", "campaign": "clock"})
        before = backend.transitions
        backend.transitions = "instant"
        backend.transitions = before
        assert backend.transitions.settings() == {"default": "polls:2", "campaign": "clock"}

    def test_transitions_show_what_is_set(self) -> None:
        transitions = PersonalizeBackend(transitions={"campaign": "polls:1", "solution:delete": "clock"}).transitions

        shown = "{'default': 'instant', 'campaign': 'polls:1', 'solution:delete': 'clock'}"
        assert repr(transitions) == f"Transitions({shown})"
        assert (transitions["campaign"], transitions["solution"]) == ("polls:1", "instant")
        assert (transitions["campaign:update"], transitions["solution:delete"]) == ("polls:1", "clock")

    def test_faults_show_what_is_still_to_be_met(self, backend: PersonalizeBackend) -> None:
        assert repr(backend.faults) == "<0 faults>"

        backend.faults.throttle("ListSchemas", times=2)
        backend.faults.chaos(7)

        throttled = "ListSchemas fails with ThrottlingException (2 times)"
        assert repr(backend.faults) == f"<2 faults: {throttled}, chaos 7>"
        backend.faults.clear()

    def test_metrics_show_how_many_there_are(self, backend: PersonalizeBackend) -> None:
        assert repr(backend.metrics) == "<0 data points of AWS/Personalize>"

    def test_answers_show_the_region_at_home(self) -> None:
        assert repr(PersonalizeBackend(region="eu-west-1").answers) == "<answers of eu-west-1 and other regions>"

    def test_what_is_found_by_name_shows_as_a_mapping(self, backend: PersonalizeBackend) -> None:
        group = backend.seed("actions")

        (arn,) = group.campaigns.values()
        assert repr(group.campaigns) == f"{{'aws-next-best-action': '{arn}'}}"

    def test_a_failed_resource_shows_why(self, backend: PersonalizeBackend, client: Any) -> None:
        backend.faults.fail_job("CreateDatasetGroup", "no such role")
        arn = client.create_dataset_group(name="shop")["datasetGroupArn"]

        assert repr(backend.dataset_groups[arn]) == "<dataset-group 'shop' CREATE FAILED: no such role>"

    def test_stores_show_where_the_objects_are(self, tmp_path: Any) -> None:
        memory = PersonalizeBackend(s3="memory").s3
        memory.put("s3://bucket/key", b"")

        assert repr(memory) == "<objects in memory: 1 in 'bucket'>"
        assert repr(PersonalizeBackend(s3=tmp_path).s3) == f"<objects in files below {tmp_path}>"
        assert (
            repr(PersonalizeBackend(s3=boto3.client("s3", region_name="us-east-1")).s3)
            == "<objects behind an S3 client>"
        )

    def test_a_mock_shows_its_options(self) -> None:
        assert repr(mock_personalize(region="eu-west-1", seed=3)) == "<mock_personalize(region='eu-west-1', seed=3)>"

    def test_nothing_that_only_interception_needs_is_public(self) -> None:
        assert {"call", "respond", "respond_to", "doom"} & set(dir(PersonalizeBackend)) == set()


def held(backend: PersonalizeBackend) -> Iterator[object]:
    """All kinds of objects that a test gets into its hands."""
    yield from (getattr(pytest_personalize, name) for name in pytest_personalize.__all__)
    yield from (backend, backend.clock, backend.calls, backend.faults, backend.transitions, backend.answers, backend.s3)
    group = backend.seed("shop")
    yield from (group, backend.recommenders, backend.answers(group.recommenders["Best sellers"]))
    yield from (backend.region("eu-west-1"), backend.faults.throttle("PutEvents"), Call, FolderStore)


def undocumented(thing: object) -> Iterator[str]:
    """The public attributes that have neither a docstring nor a place in that of their class."""
    cls = thing if isinstance(thing, type) else type(thing)
    told = inspect.getdoc(cls) or ""
    for name in set(dir(thing)) - set(dir(BaseException)):
        known = inspect.getdoc(getattr(cls, name, None)) if hasattr(cls, name) else f"``{name}``" in told
        if not name.startswith("_") and not known and f"``{name}``" not in told:
            yield f"{cls.__name__}.{name}"


def test_help_tells_what_every_public_attribute_is(backend: PersonalizeBackend) -> None:
    assert [name for thing in held(backend) for name in undocumented(thing)] == []
    backend.faults.clear()


class TestWait:
    @pytest.mark.parametrize("transitions", ["instant", "polls:3", "clock"])
    def test_it_gives_the_resource_when_it_is_there(
        self, client: Any, backend: PersonalizeBackend, transitions: Any
    ) -> None:
        backend.transitions = transitions
        arn = client.create_dataset_group(name="shop")["datasetGroupArn"]

        assert backend.wait(arn).status == "ACTIVE"
        assert client.describe_dataset_group(datasetGroupArn=arn)["datasetGroup"]["status"] == "ACTIVE"

    def test_it_takes_no_time_but_that_of_the_clock(self, client: Any, backend: PersonalizeBackend) -> None:
        backend.transitions = "clock"
        start = backend.clock.freeze()
        arn = client.create_dataset_group(name="shop")["datasetGroupArn"]

        backend.wait(arn)

        assert timedelta() < backend.clock.now() - start < timedelta(hours=1)

    def test_it_stops_at_a_status_on_the_way(self, client: Any, backend: PersonalizeBackend) -> None:
        backend.transitions = "polls:3"
        arn = client.create_dataset_group(name="shop")["datasetGroupArn"]

        assert backend.wait(arn, until="CREATE IN_PROGRESS").status == "CREATE IN_PROGRESS"

    def test_an_update_is_waited_for(self, backend: PersonalizeBackend, client: Any, movies_dataset_group: Any) -> None:
        backend.transitions = "clock"
        arn = movies_dataset_group.campaigns["aws-sims"]
        client.update_campaign(campaignArn=arn, minProvisionedTPS=3)

        assert backend.campaigns[arn].min_provisioned_tps == 1
        assert backend.wait(arn) is backend.campaigns[arn]
        assert backend.campaigns[arn].min_provisioned_tps == 3

    def test_one_that_fails_raises_with_its_reason(self, client: Any, backend: PersonalizeBackend) -> None:
        backend.transitions = "polls:2"
        backend.faults.fail_job("CreateDatasetGroup", "no such role")
        arn = client.create_dataset_group(name="shop")["datasetGroupArn"]

        with pytest.raises(RuntimeError, match="'shop' is CREATE FAILED and will not be ACTIVE: no such role"):
            backend.wait(arn)

    def test_a_status_that_never_comes_raises(self, client: Any, backend: PersonalizeBackend) -> None:
        arn = client.create_dataset_group(name="shop")["datasetGroupArn"]

        with pytest.raises(RuntimeError, match="'shop' is ACTIVE and will not be INACTIVE"):
            backend.wait(arn, until="INACTIVE")

    def test_a_status_that_there_is_not_raises_with_the_nearest(self, client: Any, backend: PersonalizeBackend) -> None:
        arn = client.create_dataset_group(name="shop")["datasetGroupArn"]

        with pytest.raises(ValueError, match="no resource is ever 'ACTIV'; did you mean 'ACTIVE'"):
            backend.wait(arn, until="ACTIV")

    @pytest.mark.parametrize("mode", ["polls:2", "clock"])
    def test_one_that_goes_meanwhile_raises_as_an_unknown_one_does(
        self, client: Any, backend: PersonalizeBackend, mode: Any
    ) -> None:
        arn = client.create_dataset_group(name="films")["datasetGroupArn"]
        backend.transitions = mode
        client.delete_dataset_group(datasetGroupArn=arn)
        with pytest.raises(KeyError, match=f"no resource '{arn}'"):
            backend.wait(arn)

    def test_an_unknown_arn_raises_with_the_nearest(self, client: Any, backend: PersonalizeBackend) -> None:
        arn = client.create_dataset_group(name="nine")["datasetGroupArn"]

        with pytest.raises(KeyError, match=f"did you mean '{arn}'"):
            backend.wait(NOWHERE)
