"""Test classes that are decorated or marked, as pytest runs them: sets-up and fixtures are inside the mock."""

from __future__ import annotations

import unittest
from collections.abc import Iterator

import boto3
import pytest

from pytest_personalize import PersonalizeBackend, mock_personalize

CLIENT = boto3.client("personalize", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
OTHER_ACCOUNT = "999999999999"


def create(name: str) -> None:
    CLIENT.create_dataset_group(name=name)


def names() -> list[str]:
    return sorted(group["name"] for group in CLIENT.list_dataset_groups()["datasetGroups"])


def account() -> str:
    """The account of the backend that answers now."""
    create("whose")
    arn: str = CLIENT.list_dataset_groups()["datasetGroups"][0]["datasetGroupArn"]
    return arn.split(":")[4]


@mock_personalize
class TestPytestClass:
    """A decorated class: what its tests see is also what its set-up methods did."""

    def setup_method(self) -> None:
        create("of-set-up")

    @pytest.fixture(autouse=True)
    def _films(self) -> Iterator[None]:
        create("of-fixture")
        yield
        assert "of-fixture" in names()

    def teardown_method(self) -> None:
        assert "of-set-up" in names()

    def test_set_up_and_fixtures_run_mocked(self) -> None:
        assert names() == ["of-fixture", "of-set-up"]

    def test_each_test_has_a_backend_of_its_own(self) -> None:
        create("of-test")
        assert names() == ["of-fixture", "of-set-up", "of-test"]

    def test_the_fixture_is_the_same_backend(self, personalize_backend: PersonalizeBackend) -> None:
        assert sorted(personalize_backend.dataset_groups) == ["of-fixture", "of-set-up"]


class TestPytestSubclass(TestPytestClass):
    """Inherits the tests, the set-up and the mock."""

    def test_its_own_tests_run_mocked(self) -> None:
        assert names() == ["of-fixture", "of-set-up"]


@mock_personalize(account_id=OTHER_ACCOUNT)
class TestPytestSubclassWithOptions(TestPytestClass):
    def test_its_options_win(self) -> None:
        assert account() == OTHER_ACCOUNT

    @mock_personalize(account_id="111111111111")
    def test_those_of_the_method_win_over_them(self) -> None:
        assert account() == "111111111111"


@mock_personalize
class TestUnittestByPytest(unittest.TestCase):
    """The same, collected by pytest."""

    def setUp(self) -> None:
        create("of-set-up")

    def test_set_up_runs_mocked(self) -> None:
        assert names() == ["of-set-up"]


class TestMarkedUnittestByPytest(unittest.TestCase):
    """A marker does as well, for pytest."""

    pytestmark = pytest.mark.mock_personalize(account_id=OTHER_ACCOUNT)

    def setUp(self) -> None:
        create("of-set-up")

    def test_set_up_runs_mocked(self) -> None:
        assert (names(), account()) == (["of-set-up"], OTHER_ACCOUNT)
