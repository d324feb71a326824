"""A suite that is green without the plugin is green with it.

Each set-up is a test module. Those that want nothing special of pytest share two runs, one without the plugin and one
with it; the others have two runs of their own. Set-ups that use the plugin's fixtures run with it alone, and so do
those whose test does nothing, which nothing but the plugin could make fail.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from typing import Any

import pytest
from attrs import field, frozen

PLUGIN = "pytest_personalize.plugin"

pytestmark = pytest.mark.processes


@frozen
class SetUp:
    """A test module, and what it wants of the run that it is in."""

    source: str
    needs: tuple[str, ...] = ()
    """Modules without which it is skipped."""
    flags: tuple[str, ...] = ()
    python: tuple[str, ...] = ()
    files: Mapping[str, str] = field(factory=dict, hash=False)
    plugins: tuple[str, ...] | None = None
    """Plugins beside ours; None for all that are installed."""
    uses_ours: bool = False
    alone: bool = False

    @property
    def run(self) -> Any:
        """Set-ups that may share a run have this in common."""
        return (self.flags, self.python, self.plugins, self.uses_ours, id(self) if self.alone or self.files else None)


COMMON = r'''
import contextlib
import http.server
import socket
import threading
from unittest import mock

import boto3
from botocore.config import Config

HOST = "personalize.us-east-1.amazonaws.com"
KEYS = {"region_name": "us-east-1", "aws_access_key_id": "a", "aws_secret_access_key": "b"}


def client(service="personalize", endpoint=None):
    return boto3.client(service, endpoint_url=endpoint, config=Config(retries={"total_max_attempts": 1}), **KEYS)


def names(client):
    return [schema["name"] for schema in client.list_schemas()["schemas"]]


def answer(url, name):
    """What botocore takes for an answer of the network."""
    from botocore.awsrequest import AWSResponse

    response = AWSResponse(url, 200, {}, None)
    response._content = b'{"schemas": [{"name": "%s"}]}' % name.encode()
    return response


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = b'{"schemas": [{"name": "served"}]}'
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_): ...


@contextlib.contextmanager
def serving():
    """The port of a server to which every name and address leads."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    found = [(socket.AF_INET, socket.SOCK_STREAM, 0, "", server.server_address)]
    with mock.patch("socket.getaddrinfo", lambda *_, **__: found):
        yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()
'''

CASSETTE = """\
interactions:
- request: {method: POST, uri: "https://personalize.us-east-1.amazonaws.com/", body: "{}", headers: {}}
  response:
    status: {code: 200, message: OK}
    headers: {Content-Type: [application/x-amz-json-1.1]}
    body: {string: '{"schemas": [{"name": "recorded"}]}'}
version: 1
"""

NOTHING = """
def test_it():
    pass
"""

ALL_FIXTURES = """
FIXTURES = '''personalize_backend class_personalize_backend module_personalize_backend package_personalize_backend
    session_personalize_backend personalize personalize_runtime personalize_events shop_dataset_group
    video_dataset_group movies_dataset_group actions_dataset_group personalize_seed'''.split()

import pytest

@pytest.mark.parametrize("name", FIXTURES)
def test_it(name, request):
    assert request.getfixturevalue(name) is not None
"""

WITH_FIXTURES = """
def test_it(personalize_backend, personalize):
    personalize.create_dataset_group(name="films")
    assert list(personalize_backend.dataset_groups) == ["films"]
"""


def patched(what: str, returned: str) -> SetUp:
    return SetUp(f"""
        from common import *

        def test_it():
            with mock.patch({what!r}, return_value={returned}):
                assert names(client()) == ["patched"]
    """)


def endpoint(host: str) -> SetUp:
    return SetUp(f"""
        from common import *

        def test_it():
            with serving() as port:
                assert names(client(endpoint=f"http://{host}:{{port}}")) == ["served"]
    """)


PARSED = '{"schemas": [{"name": "patched"}], "ResponseMetadata": {}}'

SETUPS = {
    "moto mock_aws personalize create_schema": SetUp(
        """
        from common import *
        from moto import mock_aws

        @mock_aws
        def test_it():
            assert client().create_schema(name="films", schema="{}")["schemaArn"].endswith(":schema/films")
        """,
        needs=("moto",),
    ),
    "moto server on loopback": SetUp(
        """
        from common import *
        from moto.server import ThreadedMotoServer

        def test_it():
            server = ThreadedMotoServer(port=0)
            server.start()
            address = "http://{}:{}".format(*server.get_host_and_port())
            try:
                client(endpoint=address).create_schema(name="films", schema="{}")
                assert names(client(endpoint=address)) == ["films"]
            finally:
                server.stop()
        """,
        needs=("moto", "flask"),
    ),
    "botocore Stubber": SetUp("""
        from common import *
        from botocore.stub import Stubber

        def test_it():
            stubbed = client()
            with Stubber(stubbed) as stubber:
                stubber.add_response("list_schemas", {"schemas": [{"name": "stubbed"}]})
                assert names(stubbed) == ["stubbed"]
    """),
    "patch _make_api_call": patched("botocore.client.BaseClient._make_api_call", PARSED),
    "patch boto3.client": SetUp("""
        from common import *

        def test_it():
            with mock.patch("boto3.client") as made:
                made.return_value.list_schemas.return_value = {"schemas": [{"name": "patched"}]}
                assert names(client()) == ["patched"]
    """),
    "patch Endpoint.make_request": patched(
        "botocore.endpoint.Endpoint.make_request", f"(mock.Mock(status_code=200), {PARSED})"
    ),
    "patch Endpoint._send": patched("botocore.endpoint.Endpoint._send", "answer('', 'patched')"),
    "patch httpsession.URLLib3Session.send": patched(
        "botocore.httpsession.URLLib3Session.send", "answer('', 'patched')"
    ),
    "before-send handler on the client": SetUp("""
        from common import *

        def test_it():
            handled = client()
            handled.meta.events.register("before-send", lambda request, **_: answer(request.url, "handled"))
            assert names(handled) == ["handled"]
    """),
    "before-call handler on the client": SetUp("""
        from common import *

        def test_it():
            handled = client()
            response = mock.Mock(status_code=200), {"schemas": [{"name": "handled"}]}
            handled.meta.events.register("before-call", lambda **_: response)
            assert names(handled) == ["handled"]
    """),
    "placebo playback": SetUp(
        """
        import json
        from common import *
        import placebo

        def test_it(tmp_path):
            recorded = {"status_code": 200, "data": {"schemas": [{"name": "recorded"}]}}
            (tmp_path / "personalize.ListSchemas_1.json").write_text(json.dumps(recorded))
            session = boto3.Session(**KEYS)
            placebo.attach(session, data_path=str(tmp_path)).playback()
            assert names(session.client("personalize")) == ["recorded"]
        """,
        needs=("placebo",),
    ),
    "vcrpy playback": SetUp(
        f"""
        from common import *
        import vcr

        CASSETTE = {CASSETTE!r}

        def test_it(tmp_path):
            (tmp_path / "cassette.yaml").write_text(CASSETTE)
            with vcr.use_cassette(str(tmp_path / "cassette.yaml"), record_mode="none"):
                assert names(client()) == ["recorded"]
        """,
        needs=("vcr",),
    ),
    "vcrpy playback behind a proxy": SetUp(
        f"""
        from common import *
        import vcr

        CASSETTE = {CASSETTE!r}

        def test_it(tmp_path, monkeypatch):
            monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.com:3128")
            (tmp_path / "cassette.yaml").write_text(CASSETTE)
            with vcr.use_cassette(str(tmp_path / "cassette.yaml"), record_mode="none"):
                assert names(client()) == ["recorded"]
        """,
        needs=("vcr",),
    ),
    "pytest-recording playback": SetUp(
        """
        from common import *
        import pytest

        @pytest.mark.vcr
        def test_it():
            assert names(client()) == ["recorded"]
        """,
        needs=("pytest_recording",),
        plugins=("pytest_recording.plugin",),
        files={"cassettes/test_pytest_recording_playback/test_it.yaml": CASSETTE},
    ),
    "responses (requests only), with s3 under moto": SetUp(
        """
        from common import *
        import requests
        import responses
        from moto import mock_aws

        @mock_aws
        @responses.activate
        def test_it():
            responses.get("https://shop.example.com/", body="answered")
            assert requests.get("https://shop.example.com/").text == "answered"
            client("s3").create_bucket(Bucket="films")
            assert [bucket["Name"] for bucket in client("s3").list_buckets()["Buckets"]] == ["films"]
        """,
        needs=("moto", "responses"),
    ),
    **{
        f"endpoint http://{host}:PORT": endpoint(host)
        for host in (
            *("localhost", "127.0.0.1", "[::1]", "127.0.0.2", "0.0.0.0", "localhost.localstack.cloud"),
            *("host.docker.internal", "localstack", "personalize.localhost", "LOCALHOST", "10.0.0.5"),
        )
    },
    "endpoint of the project's own behind HTTP_PROXY": SetUp("""
        from common import *

        def test_it(monkeypatch):
            with serving() as port:
                monkeypatch.setenv("HTTP_PROXY", f"http://proxy.example.com:{port}")
                assert names(client(endpoint="http://localstack:4566")) == ["served"]
    """),
    "endpoint that NO_PROXY names, with HTTPS_PROXY": SetUp("""
        from common import *

        def test_it(monkeypatch):
            monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.com:3128")
            monkeypatch.setenv("NO_PROXY", "localhost,.internal")
            with serving() as port:
                assert names(client(endpoint=f"http://localhost:{port}")) == ["served"]
    """),
    "moto behind HTTPS_PROXY": SetUp(
        """
        from common import *
        from moto import mock_aws

        @mock_aws
        def test_it(monkeypatch):
            monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.com:3128")
            assert names(client()) == []
        """,
        needs=("moto",),
    ),
    "aiobotocore and a server on loopback": SetUp(
        """
        import asyncio
        from common import *
        from aiobotocore.session import get_session

        async def work(port):
            async with get_session().create_client("personalize", endpoint_url=f"http://127.0.0.1:{port}", **KEYS) as c:
                return (await c.list_schemas())["schemas"]

        def test_it():
            with serving() as port:
                assert asyncio.run(work(port)) == [{"name": "served"}]
        """,
        needs=("aiobotocore",),
    ),
    "fixtures named personalize of the user's own": SetUp("""
        import pytest

        @pytest.fixture
        def personalize():
            return "mine"

        def test_it(personalize):
            assert personalize == "mine"
    """),
    "no personalize at all, -W error": SetUp(NOTHING, flags=("-W", "error"), plugins=()),
    "no personalize at all, python -W error": SetUp(NOTHING, python=("-W", "error"), plugins=()),
    "no personalize, --strict-markers --strict-config": SetUp(
        NOTHING, flags=("--strict-markers", "--strict-config"), plugins=()
    ),
    "no personalize, cov": SetUp(NOTHING, ("pytest_cov",), ("--cov=.",), plugins=("pytest_cov.plugin",)),
    "no personalize, xdist": SetUp(NOTHING, ("xdist",), ("-n", "1"), plugins=("xdist.plugin",)),
    "no personalize, timeout": SetUp(NOTHING, ("pytest_timeout",), ("--timeout=60",), plugins=("pytest_timeout",)),
    "no personalize, randomly": SetUp(
        NOTHING, ("pytest_randomly",), ("--randomly-seed=1",), plugins=("pytest_randomly",)
    ),
    "marker named personalize of the user's own": SetUp(
        """
        from common import *
        import pytest

        @pytest.mark.personalize
        def test_it():
            handled = client()
            handled.meta.events.register("before-send", lambda request, **_: answer(request.url, "handled"))
            assert names(handled) == ["handled"]
        """,
        plugins=(),
        files={"pytest.ini": "[pytest]\nmarkers = personalize: tests of the personalization team\n"},
    ),
    "marker named personalize with args of the user's own": SetUp(
        """
        import pytest

        @pytest.mark.personalize("team", owner="me")
        def test_it():
            pass
        """,
        plugins=(),
        files={"pytest.ini": "[pytest]\nmarkers = personalize(team, owner): whose test it is\n"},
    ),
    "botocore not imported by plugin": SetUp(
        """
        import sys

        def test_it():
            assert not {"botocore", "boto3", "aiobotocore", "wrapt"} & set(sys.modules)
        """,
        plugins=(),
        alone=True,
    ),
    "gevent monkey.patch_all in conftest, with fixtures": SetUp(
        WITH_FIXTURES,
        needs=("gevent",),
        plugins=(),
        files={"conftest.py": "from gevent import monkey\nmonkey.patch_all()\n"},
        uses_ours=True,
    ),
    "eventlet monkey_patch in conftest, with fixtures": SetUp(
        WITH_FIXTURES,
        needs=("eventlet",),
        plugins=(),
        files={"conftest.py": "import eventlet\neventlet.monkey_patch()\n"},
        uses_ours=True,
    ),
    "freezegun + time_machine together": SetUp(
        """
        import datetime as dt
        from common import *
        import time_machine
        from freezegun import freeze_time
        from pytest_personalize import mock_personalize

        # time_machine needs a real clock to begin from, so it is the outer one
        @time_machine.travel("2030-01-01", tick=False)
        def test_it():
            with freeze_time("2031-01-01"), mock_personalize():
                arn = client().create_dataset_group(name="films")["datasetGroupArn"]
                made = client().describe_dataset_group(datasetGroupArn=arn)["datasetGroup"]["creationDateTime"]
                assert made.astimezone(dt.timezone.utc).year == 2031
        """,
        needs=("freezegun", "time_machine"),
        uses_ours=True,
    ),
    "the time and open are mocks of the test": SetUp(
        """
        from common import *
        import time
        from pytest_personalize import mock_personalize

        CLIENT = client()

        @mock_personalize(transitions={"dataset-group": "polls:2"}, preset="shop")
        def test_it():
            times = mock.patch("time.time", side_effect=[0, 60, 120, 180])
            with times, mock.patch("builtins.open", mock.mock_open(read_data="films")):
                with open("name") as file:
                    arn = CLIENT.create_dataset_group(name=file.read())["datasetGroupArn"]
                deadline, status = time.time() + 600, ""
                while status != "ACTIVE" and time.time() < deadline:
                    status = CLIENT.describe_dataset_group(datasetGroupArn=arn)["datasetGroup"]["status"]
            assert status == "ACTIVE"

            shop = CLIENT.list_dataset_groups()["datasetGroups"][0]["datasetGroupArn"]
            recipe = "arn:aws:personalize:::recipe/aws-sims"
            solution = CLIENT.create_solution(name="sims", datasetGroupArn=shop, recipeArn=recipe)["solutionArn"]
            with mock.patch("time.perf_counter", side_effect=[1.0, 1.5]):
                started = time.perf_counter()
                CLIENT.create_solution_version(solutionArn=solution)
                assert time.perf_counter() - started == 0.5
        """,
        uses_ours=True,
        alone=True,
    ),
    "python -O with fixtures": SetUp(WITH_FIXTURES, python=("-O",), plugins=(), uses_ours=True),
    "python -OO with fixtures": SetUp(WITH_FIXTURES, python=("-OO",), plugins=(), uses_ours=True),
    "python -X dev with fixtures": SetUp(WITH_FIXTURES, python=("-X", "dev"), plugins=(), uses_ours=True),
    "-W error with all fixtures": SetUp(ALL_FIXTURES, flags=("-W", "error"), plugins=(), uses_ours=True),
    "python -W error with all fixtures": SetUp(ALL_FIXTURES, python=("-W", "error"), plugins=(), uses_ours=True),
    "pytest --import-mode=importlib, -p no:cacheprovider, mock": SetUp(
        WITH_FIXTURES,
        needs=("pytest_mock",),
        flags=("--import-mode=importlib", "-p", "no:cacheprovider"),
        plugins=("pytest_mock",),
        uses_ours=True,
    ),
    "branch coverage of user's code under the mock": SetUp(
        """
        import coverage
        from app import names_of_groups
        from pytest_personalize import mock_personalize

        @mock_personalize
        def test_it():
            assert names_of_groups() == []
            seen = coverage.Coverage.current().get_data()
            file = next(name for name in seen.measured_files() if name.endswith("app.py"))
            assert seen.has_arcs()
            assert seen.lines(file)
        """,
        needs=("pytest_cov",),
        flags=("--cov=app", "--cov-branch"),
        plugins=("pytest_cov.plugin",),
        files={
            "app.py": """
                from common import client

                def names_of_groups():
                    found = client().list_dataset_groups()["datasetGroups"]
                    if found:
                        return [group["name"] for group in found]
                    return []
            """
        },
        uses_ours=True,
    ),
    "IsolatedAsyncioTestCase + mock": SetUp(
        """
        import unittest
        from common import *
        from pytest_personalize import mock_personalize

        @mock_personalize
        class TestIt(unittest.IsolatedAsyncioTestCase):
            async def test_it(self):
                assert client().list_dataset_groups()["datasetGroups"] == []
        """,
        uses_ours=True,
    ),
    "asyncio auto mode": SetUp(
        """
        from common import *

        async def test_it(personalize_backend, personalize):
            personalize.create_dataset_group(name="films")
            assert list(personalize_backend.dataset_groups) == ["films"]
        """,
        needs=("pytest_asyncio",),
        flags=("-o", "asyncio_mode=auto"),
        plugins=("pytest_asyncio.plugin",),
        uses_ours=True,
    ),
    "moto mock_aws for S3, personalize by the plugin": SetUp(
        """
        from common import *
        from moto import mock_aws

        @mock_aws
        def test_it(personalize_backend):
            client("s3").create_bucket(Bucket="films")
            client("s3").put_object(Bucket="films", Key="users.csv", Body=b"USER_ID")
            client().create_dataset_group(name="films")
            assert list(personalize_backend.dataset_groups) == ["films"]
            assert personalize_backend.s3.get("s3://films/users.csv") == b"USER_ID"
        """,
        needs=("moto",),
        uses_ours=True,
    ),
}


def module_of(name: str) -> str:
    return "test_" + re.sub(r"\W+", "_", name.lower()).strip("_")


def missing(setup: SetUp) -> list[str]:
    return [module for module in setup.needs if find_spec(module) is None]


@pytest.fixture(scope="module")
def outcomes_of(start: Any) -> Any:
    """The outcomes by module and the output of the run that a set-up is part of, without or with the plugin."""

    @cache
    def outcomes_of(run: Any, installed: bool) -> Any:
        together = {name: setup for name, setup in SETUPS.items() if setup.run == run and not missing(setup)}
        files = {"common.py": COMMON}
        for name, setup in together.items():
            files |= {f"{module_of(name)}.py": setup.source, **setup.files}
        first = next(iter(together.values()))
        if first.plugins is None:
            return start(files, *first.flags, *(() if installed else ("-p", "no:personalize")), python=first.python)
        plugins = [*first.plugins, PLUGIN] if installed else first.plugins
        return start(files, *first.flags, python=first.python, plugins=plugins)

    return outcomes_of


@pytest.mark.parametrize("name", SETUPS)
def test_what_is_green_without_the_plugin_is_green_with_it(name: str, outcomes_of: Any) -> None:
    setup = SETUPS[name]
    if missing(setup):
        pytest.skip(f"{', '.join(missing(setup))} is not installed")
    for installed in (True,) if setup.uses_ours or setup.source is NOTHING else (False, True):
        run = outcomes_of(setup.run, installed)
        assert run.outcomes.get(module_of(name)) == "passed", run.output
