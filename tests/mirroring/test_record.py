"""``--personalize-record``: what the real runtime answers is kept, and declared in tests without it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from pytest_personalize import PersonalizeBackend, mock_personalize

if TYPE_CHECKING:
    from tests.mirroring.conftest import Account

Run = Callable[..., pytest.RunResult]

ARN = "arn:aws:personalize:us-east-1:123456789012:campaign/home"
CALLS = """
import asyncio
import boto3, pytest
from botocore.exceptions import ClientError

KEYS = dict(endpoint_url={url!r}, region_name="us-east-1", aws_access_key_id={id!r}, aws_secret_access_key="secret")
ARN = {arn!r}

def ask(**parameters):
    client = boto3.client("personalize-runtime", **KEYS)
    return client.get_recommendations(campaignArn=ARN, **parameters)["itemList"]

real = pytest.mark.mock_personalize(passthrough=True)
"""


@pytest.fixture
def write(small: Account, pytester: pytest.Pytester) -> Callable[[str], str]:
    """Writes a module whose tests ask the campaign of the small account, and gives its ARN."""
    arn: str = small.client().list_campaigns()["campaigns"][0]["campaignArn"]

    def write(tests: str) -> str:
        pytester.makepyfile(CALLS.format(url=small.url, id=small.id, arn=arn) + tests)
        return arn

    return write


def mocked() -> Any:
    return boto3.client(
        "personalize-runtime", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )


def recorded(file: Path) -> Any:
    return json.loads(file.read_text())


class TestRecording:
    def test_what_passes_through_is_kept_and_declared(
        self, write: Any, run: Run, tmp_path: Path, small: Account
    ) -> None:
        file = tmp_path / "answers.json"
        arn = write("""
@real
def test_real():
    ask(itemId="film-1", numResults=3)
    ask(itemId="film-2", numResults=3)
""")
        result = run(f"--personalize-record={file}")
        result.stdout.fnmatch_lines([f"personalize: 2 answers of the runtime recorded in {file}"])
        real = small.client("personalize-runtime")
        with mock_personalize() as backend:
            backend.answers.load(file)
            for item in ("film-2", "film-1"):
                asked = {"campaignArn": arn, "itemId": item, "numResults": 3}
                answer = mocked().get_recommendations(**asked)["itemList"]
                assert answer == real.get_recommendations(**asked)["itemList"]
                assert len(answer) == 3
            assert mocked().get_recommendations(campaignArn=arn, itemId="film-1", numResults=2)["itemList"] == []

    def test_refusals_are_kept(self, write: Any, run: Run, tmp_path: Path) -> None:
        file = tmp_path / "answers.json"
        arn = write("""
@real
def test_real():
    with pytest.raises(ClientError):
        ask(userId="ada")
""")
        run(f"--personalize-record={file}").assert_outcomes(passed=1)
        with mock_personalize() as backend:
            backend.answers.load(file)
            with pytest.raises(mocked().exceptions.InvalidInputException, match="itemId"):
                mocked().get_recommendations(campaignArn=arn, userId="ada")

    def test_what_asks_nobody_is_not_kept(self, write: Any, run: Run, tmp_path: Path) -> None:
        file = tmp_path / "answers.json"
        write("""
@real
def test_real():
    with pytest.raises(ClientError):
        boto3.client("personalize-runtime", **KEYS).get_recommendations(userId="ada")
""")
        run(f"--personalize-record={file}").assert_outcomes(passed=1)
        assert not file.exists()

    def test_bad_moments_are_not_kept(self, write: Any, run: Run, tmp_path: Path, small: Account) -> None:
        fault = {"fault": "fail", "operation": "GetRecommendations", "code": "ThrottlingException", "times": None}
        small.admin("faults", fault)
        write("""
@real
def test_real():
    from botocore.config import Config
    client = boto3.client("personalize-runtime", config=Config(retries={"total_max_attempts": 1}), **KEYS)
    with pytest.raises(ClientError, match="Throttling"):
        client.get_recommendations(campaignArn=ARN, itemId="film-1")
""")
        file = tmp_path / "answers.json"
        result = run(f"--personalize-record={file}")
        result.assert_outcomes(passed=1)
        result.stdout.fnmatch_lines(["personalize: 0 answers of the runtime recorded"])
        assert not file.exists()

    def test_mocked_answers_and_other_services_are_not_kept(self, write: Any, run: Run, tmp_path: Path) -> None:
        file = tmp_path / "answers.json"
        write("""
@real
def test_control_plane():
    boto3.client("personalize", **KEYS).list_campaigns()

def test_mocked(personalize_backend):
    personalize_backend.answers(ARN).default(items=["mug"])
    assert ask(userId="ada") == [{"itemId": "mug"}]
""")
        run(f"--personalize-record={file}").assert_outcomes(passed=2)
        assert not file.exists()

    def test_aiobotocore_is_kept_as_well(self, write: Any, run: Run, tmp_path: Path) -> None:
        file = tmp_path / "answers.json"
        arn = write("""
@real
def test_real():
    from aiobotocore.session import get_session

    async def work():
        async with get_session().create_client("personalize-runtime", **KEYS) as client:
            await client.get_recommendations(campaignArn=ARN, itemId="film-1", numResults=1)

    asyncio.run(work())
""")
        run(f"--personalize-record={file}").assert_outcomes(passed=1)
        (request,) = recorded(file)[arn]["requests"]
        assert request["parameters"] == {"itemId": "film-1", "numResults": 1}
        assert len(request["items"]) == 1

    def test_workers_of_xdist_write_one_file(self, write: Any, run: Run, tmp_path: Path) -> None:
        file = tmp_path / "answers.json"
        arn = write("""
@real
@pytest.mark.parametrize("film", [1, 2, 3, 4])
def test_real(film):
    ask(itemId=f"film-{film}", numResults=1)
""")
        run("-p", "xdist", "-n", "2", f"--personalize-record={file}", subprocess=True).assert_outcomes(passed=4)
        items = [request["parameters"]["itemId"] for request in recorded(file)[arn]["requests"]]
        assert items == ["film-1", "film-2", "film-3", "film-4"]

    def test_a_folder_that_is_not_there_is_a_usage_error(self, run: Run) -> None:
        result = run("--personalize-record=missing/answers.json")
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        result.stderr.fnmatch_lines(["ERROR: --personalize-record: missing/answers.json is no file in a folder*"])


class TestDeclaring:
    def declare(self, backend: PersonalizeBackend, *requests: Any, **others: Any) -> None:
        backend.answers.declare({ARN: {"requests": list(requests), **others}})

    def test_parameters_must_be_the_same(self) -> None:
        with mock_personalize() as backend:
            self.declare(
                backend, {"parameters": {"userId": "ada", "context": {"D": "x"}}, "items": ["mug"]}, default=["kite"]
            )
            ask = mocked().get_recommendations
            answers = [
                ask(campaignArn=ARN, userId="ada", **more)["itemList"][0]["itemId"]
                for more in (
                    {"context": {"D": "x"}},
                    {},
                    {"context": {"D": "y"}},
                    {"context": {"D": "x"}, "numResults": 1},
                )
            ]
        assert answers == ["mug", "kite", "kite", "kite"]

    def test_a_request_comes_before_its_user(self) -> None:
        with mock_personalize() as backend:
            request = {"parameters": {"userId": "ada"}, "items": ["mug"]}
            self.declare(backend, request, for_user={"ada": ["kite"]}, raises="ResourceNotFoundException")
            assert mocked().get_recommendations(campaignArn=ARN, userId="ada")["itemList"] == [{"itemId": "mug"}]

    def test_it_holds_over_a_model(self) -> None:
        with mock_personalize(preset="movies") as backend:
            arn = backend.seeded["movies"].campaigns["aws-sims"]
            backend.answers.declare({arn: {"requests": [{"parameters": {"itemId": "x"}, "items": ["mug"]}]}})
            answer = mocked().get_recommendations(campaignArn=arn, itemId="x")
            assert [item["itemId"] for item in answer["itemList"]] == ["mug"]

    def test_it_is_saved(self, tmp_path: Path) -> None:
        backend = PersonalizeBackend()
        self.declare(backend, {"parameters": {"userId": "ben"}, "raises": "ResourceNotFoundException", "message": "no"})
        backend.save(tmp_path / "state.json")
        with mock_personalize(state=tmp_path / "state.json"), pytest.raises(ClientError, match="no"):
            mocked().get_recommendations(campaignArn=ARN, userId="ben")

    @pytest.mark.parametrize(
        ("request_", "said"),
        [
            ([], "each of requests must be an object"),
            ({"items": []}, "each of requests must be an object with parameters"),
            ({"parameters": {}, "itmes": []}, "each of requests must be an object"),
            ({"parameters": {"userID": "ada"}}, "did you mean 'userId'"),
            ({"parameters": {}, "items": [1]}, "could not answer"),
            ({"parameters": {}, "raises": "Oops"}, "Oops"),
        ],
    )
    def test_what_is_no_request_is_refused(self, request_: Any, said: str) -> None:
        with pytest.raises(ValueError, match=said):
            self.declare(PersonalizeBackend(), request_)
