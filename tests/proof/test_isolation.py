"""A backend of the session in one file changes nothing in the others: serial, in workers, in any order.

``PERSONALIZE_TESTS_OF_A_SESSION`` sets how many tests the generated suite has.
"""

from __future__ import annotations

import os

import pytest

TESTS = int(os.environ.get("PERSONALIZE_TESTS_OF_A_SESSION", "100"))
FILES = 10

pytestmark = pytest.mark.processes

HEAD = """
import boto3
import pytest
from pytest_personalize import RealPersonalizeCallBlocked, mock_personalize

CLIENT = boto3.client("personalize", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
NAME = __name__.replace("_", "-")

def create(name):
    CLIENT.create_dataset_group(name=name)

def names():
    return [group["name"] for group in CLIENT.list_dataset_groups()["datasetGroups"]]
"""

SHARING = """
@pytest.fixture(scope="session")
def films(session_personalize_backend):
    create("films")

@pytest.mark.parametrize("number", range({tests}))
def test_shared(films, number):
    assert names() == ["films"]
"""

# Each of these would notice a backend that is not its own: by an answer, by a name that is taken, by a group too many.
OTHERS = """
@pytest.mark.parametrize("number", range({each}))
class TestOthers:
    def test_blocked(self, number):
        with pytest.raises(RealPersonalizeCallBlocked):
            names()

    def test_of_its_own(self, number, personalize_backend):
        create("films")
        assert names() == ["films"]

    @pytest.mark.mock_personalize
    def test_marked(self, number):
        create("films")
        assert names() == ["films"]

    @mock_personalize
    def test_decorated(self, number):
        create("films")
        assert names() == ["films"]

    def test_of_its_module(self, number, module_personalize_backend):
        if not names():
            create(NAME)
        assert names() == [NAME]
"""
KINDS = 5


ORDERS = {
    "serial": (),
    "in two workers": ("-pxdist", "-n2"),
    "in random order": ("-ppytest_randomly", "--randomly-seed=1"),
    "all files mixed": ("-pmixed",),
}


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    """One file that shares a backend in the session, among others that know nothing of it."""
    each = TESTS // FILES
    modules = {f"test_{number:02}": HEAD + OTHERS.format(each=each // KINDS) for number in range(FILES)}
    modules["test_07"] = HEAD + SHARING.format(tests=each)
    # Shuffles the tests of all files together, so that those which share lie between the others.
    modules["mixed"] = """
        import random

        def pytest_collection_modifyitems(items):
            random.Random(1).shuffle(items)
    """
    pytester.makepyfile(**modules)
    pytester.makeini("[pytest]")
    return pytester


@pytest.mark.parametrize("order", ORDERS)
def test_a_backend_of_the_session_changes_nothing_in_other_files(
    order: str, suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.syspath_prepend(suite.path)
    suite.runpytest_subprocess("-ppytest_personalize.plugin", "-q", *ORDERS[order]).assert_outcomes(passed=TESTS)
