"""No way leads out: no name of the service is looked up, no connection opened, but where it is said to be impossible.

Each way is a test module or a plugin that makes one attempt to call the real service, in a process whose audit hook
records and refuses every look at a name and every connection that is not of this machine; processes that it starts
have the hook too. Ways share a run unless they need one of their own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from textwrap import dedent
from typing import Any, Final

import pytest
from attrs import field, frozen

BLOCKED: Final = "RealPersonalizeCallBlocked"
CLOSED: Final = "EndpointConnectionError"
"""What a child process meets whose endpoints lead nowhere."""
ANSWERED: Final = "answered"
REACHED: Final = "reached"
"""Not to be guarded: of these the README tells, or the user has wished it."""
IMPOSSIBLE: Final = "impossible"
"""What the way tries cannot be done."""

PLUGIN: Final = "pytest_personalize.plugin"

pytestmark = pytest.mark.processes

RECORDER = r"""
import os
import sys

NAMES = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")
CONNECTIONS = ("socket.connect", "socket.sendto")


def refuse(event, args):
    if event in NAMES:
        host = args[0]
    elif event in CONNECTIONS and isinstance(args[1], tuple):
        host = args[1][0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else host
    if host in (None, "", "::", "::1", "localhost") or host.startswith("127."):
        return
    with open(os.environ["REACHED"], "a") as file:
        file.write(f"{os.environ.get('WAY')}\t{host}\n")
    import socket

    raise socket.gaierror(socket.EAI_NONAME, "there is no network")


sys.addaudithook(refuse)
"""

HELPERS = r'''
import asyncio
import concurrent.futures
import contextlib
import importlib
import multiprocessing
import os
import subprocess
import sys
import threading
from unittest import mock

KEYS = {"region_name": "us-east-1", "aws_access_key_id": "a", "aws_secret_access_key": "b"}
HOST = "personalize.us-east-1.amazonaws.com"


def client(service="personalize", **settings):
    import boto3

    return boto3.client(service, **{**KEYS, **settings})


def call():
    client().list_schemas()


class Attempt:
    """Makes an attempt on a way, and notes what came of it."""

    def __init__(self, way):
        self.way = way

    def __call__(self, attempt=call):
        before = os.environ.get("WAY")
        os.environ["WAY"] = self.way
        result = "answered"
        try:
            attempt()
        except BaseException as error:
            result = type(error).__name__
        finally:
            os.environ.pop("WAY") if before is None else os.environ.update(WAY=before)
            with open(os.environ["RESULTS"], "a") as file:
                file.write(f"{self.way}\t{result}\n")


async def async_call(**settings):
    from aiobotocore.session import get_session

    async with get_session().create_client("personalize", **KEYS, **settings) as made:
        await made.list_schemas()


def signed():
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    headers = {"X-Amz-Target": "AmazonPersonalize.ListSchemas"}
    request = AWSRequest("POST", f"https://{HOST}/", headers, b"{}")
    SigV4Auth(Credentials("a", "b"), "personalize", "us-east-1").add_auth(request)
    return request.prepare()


def serialized(client):
    """The model and the request of a call that was not made."""
    with mock.patch.object(client, "_make_request", side_effect=KeyboardInterrupt) as made:
        with contextlib.suppress(KeyboardInterrupt):
            client.list_schemas()
    return made.call_args.args[:2]


def without(*names):
    """A patch of sys.modules in which these modules are not imported."""
    patch = mock.patch.dict(sys.modules)
    patch.start()
    for name in [name for name in sys.modules if name.split(".")[0] in names or name.startswith(names)]:
        del sys.modules[name]
    return patch


def in_pool(attempt, method):
    context = multiprocessing.get_context(method)
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
        pool.submit(attempt).result()


def in_process(attempt, method):
    process = multiprocessing.get_context(method).Process(target=attempt)
    process.start()
    process.join()
'''


@frozen
class Way:
    """A module that makes an attempt, and what comes of it."""

    source: str
    expected: str = BLOCKED
    run: str = "plain"
    plugin: bool = False
    """Whether it is loaded by the conftest, instead of collected."""
    needs: tuple[str, ...] = ()


@frozen
class Options:
    """How a run of pytest is begun."""

    flags: tuple[str, ...] = ()
    python: tuple[str, ...] = ()
    plugins: tuple[str, ...] | None = (PLUGIN,)
    """The only ones that are loaded; None for all that are installed."""
    conftest: str = ""
    env: Mapping[str, str] = field(factory=dict)


RUNS = {
    "plain": Options(flags=("--doctest-modules", "--ignore=early.py", "--ignore=ways.py", "--ignore=conftest.py")),
    "early": Options(plugins=("early", PLUGIN)),
    "modules": Options(),
    "xdist": Options(flags=("-n", "1"), plugins=("xdist.plugin", PLUGIN)),
    "-O": Options(python=("-O",)),
    "gevent": Options(conftest="from gevent import monkey\nmonkey.patch_all()\n"),
    "eventlet": Options(conftest="import eventlet\neventlet.monkey_patch()\n"),
    "-p no:personalize": Options(flags=("-p", "no:personalize"), plugins=None),
    "no plugin": Options(plugins=()),
    "allowed": Options(flags=("--personalize-allow-network",)),
}


def tried(expression: str, **about: Any) -> Way:
    """An attempt in a test."""
    return Way(f"def test_it():\n    attempt(lambda: {expression})\n", **about)


def hooked(hook: str) -> Way:
    """An attempt in a hook of pytest."""
    return Way(f"def {hook}():\n    attempt()\n", plugin=True)


def started(line: str, expected: str) -> Way:
    """An attempt of another process."""
    return Way(f"def test_it():\n    {line}\n", expected)


EARLY = """
from ways import *
import aiobotocore.client

Attempt("-p earlyplugin at its import")()
CLIENT = client()
"""

WAYS = {
    "module global client, made before": Way("CLIENT = client()\ndef test_it():\n    attempt(CLIENT.list_schemas)\n"),
    "plain client in a test": tried("call()"),
    "events": tried("client('personalize-events').put_users(datasetArn='arn:aws:a', users=[{'userId': 'u'}])"),
    "runtime": tried("client('personalize-runtime').get_recommendations(userId='u')"),
    "conftest import": Way("attempt()", plugin=True),
    "collection time (module import)": Way("attempt()\ndef test_it():\n    pass\n"),
    "conftest pytest_configure": hooked("pytest_configure"),
    "conftest pytest_sessionstart": hooked("pytest_sessionstart"),
    "conftest pytest_sessionfinish": hooked("pytest_sessionfinish"),
    "conftest pytest_unconfigure": hooked("pytest_unconfigure"),
    "atexit": Way("import atexit\natexit.register(attempt)\ndef test_it():\n    pass\n"),
    "-p earlyplugin at its import": Way("def test_it():\n    pass\n", REACHED, "early"),
    "-p earlyplugin client made early, called in test": Way(
        "from early import CLIENT\ndef test_it():\n    attempt(CLIENT.list_schemas)\n", run="early"
    ),
    "aiobotocore imported before plugin": tried("asyncio.run(async_call())", run="early", needs=("aiobotocore",)),
    "__del__ at shutdown": Way(
        """
        class Late:
            made = client()
            def __del__(self):
                attempt(self.made.list_schemas)

        sys.late = Late()

        def test_it():
            pass
        """,
        IMPOSSIBLE,
    ),
    "thread": Way("""
        def test_it():
            thread = threading.Thread(target=attempt)
            thread.start()
            thread.join()
    """),
    "thread pool": tried("concurrent.futures.ThreadPoolExecutor(1).submit(call).result()"),
    "daemon thread after the session": Way(
        """
        import time

        def wait():
            while threading.main_thread().is_alive():
                time.sleep(0.01)
            attempt()

        def test_it():
            threading.Thread(target=wait, daemon=True).start()
        """,
        IMPOSSIBLE,
    ),
    "subprocess": started(
        'subprocess.run([sys.executable, "-c", f"from ways import *; Attempt({attempt.way!r})()"], check=True)', CLOSED
    ),
    "os.fork": Way("""
        def test_it():
            child = os.fork()
            if not child:
                attempt()
                os._exit(0)
            os.waitpid(child, 0)
    """),
    "multiprocessing fork": started('in_process(attempt, "fork")', BLOCKED),
    "multiprocessing spawn": started('in_process(attempt, "spawn")', CLOSED),
    "multiprocessing forkserver": started('in_process(attempt, "forkserver")', CLOSED),
    **{
        f"ProcessPool {method} while mocked": Way(
            f"""
            from pytest_personalize import mock_personalize

            @mock_personalize
            def test_it():
                in_pool(attempt, {method!r})
            """,
            expected,
        )
        for method, expected in (("fork", ANSWERED), ("spawn", CLOSED), ("forkserver", CLOSED))
    },
    "xdist": tried("call()", run="xdist", needs=("xdist",)),
    "xdist worker import": Way("attempt()\ndef test_it():\n    pass\n", run="xdist", needs=("xdist",)),
    "-p no:personalize": tried("call()", expected=REACHED, run="-p no:personalize"),
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": tried("call()", expected=REACHED, run="no plugin"),
    "--personalize-allow-network": tried("call()", expected=REACHED, run="allowed"),
    "aiobotocore": tried("asyncio.run(async_call())", needs=("aiobotocore",)),
    "aiobotocore with httpx": Way(
        """
        import pytest

        @pytest.mark.filterwarnings("ignore::DeprecationWarning")
        def test_it():
            from aiobotocore.config import AioConfig
            from aiobotocore.httpxsession import HttpxSession
            attempt(lambda: asyncio.run(async_call(config=AioConfig(http_session_cls=HttpxSession))))
        """,
        needs=("aiobotocore.httpxsession", "httpx"),
    ),
    "copy.copy of client": Way(
        "import copy\ndef test_it():\n    attempt(lambda: copy.copy(client()).list_schemas())\n", IMPOSSIBLE
    ),
    "copy.deepcopy of client": Way(
        "import copy\ndef test_it():\n    attempt(lambda: copy.deepcopy(client()).list_schemas())\n", IMPOSSIBLE
    ),
    "pickle of client": Way(
        "import pickle\ndef test_it():\n    attempt(lambda: pickle.loads(pickle.dumps(client())).list_schemas())\n",
        IMPOSSIBLE,
    ),
    "run_in_executor": Way("""
        async def work():
            await asyncio.get_running_loop().run_in_executor(None, call)

        def test_it():
            attempt(lambda: asyncio.run(work()))
    """),
    "events.unregister of the hook": Way("""
        from pytest_personalize.interception import hooks

        def test_it():
            made = client()
            made.meta.events.unregister("before-call.personalize", hooks.before_call)
            attempt(made.list_schemas)
    """),
    "client.meta.events replaced": Way("""
        from botocore.hooks import HierarchicalEmitter

        def test_it():
            made = client()
            made.meta.events._emitter = HierarchicalEmitter()
            made._endpoint._event_emitter = HierarchicalEmitter()
            attempt(made.list_schemas)
    """),
    "Session(event_hooks=HierarchicalEmitter(), include_builtin_handlers=False)": Way("""
        from botocore.hooks import HierarchicalEmitter
        from botocore.session import Session

        def test_it():
            session = Session(event_hooks=HierarchicalEmitter(), include_builtin_handlers=False)
            attempt(session.create_client("personalize", **KEYS).list_schemas)
    """),
    "client class with own _make_request": Way("""
        def test_it():
            made = client()

            class Own(type(made)):
                def _make_request(self, model, request, context):
                    return self._endpoint.make_request(model, request)

            made.__class__ = Own
            attempt(made.list_schemas)
    """),
    "client._endpoint.make_request": Way("""
        def test_it():
            made = client()
            arguments = serialized(made)
            attempt(lambda: made._endpoint.make_request(*arguments))
    """),
    "presigned url + urllib": Way(
        """
        import urllib.request

        def test_it():
            attempt(lambda: urllib.request.urlopen(client().generate_presigned_url("list_schemas")))
        """,
        REACHED,
    ),
    "SigV4Auth + botocore URLLib3Session": Way("""
        from botocore.httpsession import URLLib3Session

        def test_it():
            attempt(lambda: URLLib3Session().send(signed()))
    """),
    "SigV4Auth + requests": Way(
        """
        import requests

        def test_it():
            request = signed()
            attempt(lambda: requests.post(request.url, request.body, headers=dict(request.headers)))
        """,
        REACHED,
        needs=("requests",),
    ),
    "endpoint_url fips": tried(
        "client(endpoint_url='https://personalize-fips.us-east-1.amazonaws.com').list_schemas()"
    ),
    "endpoint_url by ip": tried("client(endpoint_url='https://52.94.1.1').list_schemas()"),
    "AWS_ENDPOINT_URL_PERSONALIZE to aws": Way("""
        def test_it(monkeypatch):
            monkeypatch.setenv("AWS_ENDPOINT_URL_PERSONALIZE", f"https://{HOST}")
            attempt()
    """),
    "region cn-north-1": tried("client(region_name='cn-north-1').list_schemas()"),
    "HTTPS_PROXY": Way("""
        def test_it(monkeypatch):
            monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.com:3128")
            attempt()
    """),
    "HTTPS_PROXY on this machine": Way("""
        def test_it(monkeypatch):
            monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
            attempt()
    """),
    "HTTP_PROXY, endpoint without TLS": Way("""
        def test_it(monkeypatch):
            monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
            attempt(lambda: client(endpoint_url=f"http://{HOST}").list_schemas())
    """),
    "NO_PROXY names the service": Way("""
        def test_it(monkeypatch):
            monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
            monkeypatch.setenv("NO_PROXY", ".amazonaws.com")
            attempt()
    """),
    "aiobotocore, HTTPS_PROXY": Way(
        """
        def test_it(monkeypatch):
            monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
            attempt(lambda: asyncio.run(async_call()))
        """,
        needs=("aiobotocore",),
    ),
    "importlib.reload(botocore.client)": Way(
        """
        def test_it():
            import botocore.client
            import botocore.endpoint
            import botocore.httpsession
            for module in (botocore.httpsession, botocore.endpoint, botocore.client):
                importlib.reload(module)
            attempt()
        """,
        run="modules",
    ),
    "sys.modules: all of botocore thrown away": Way(
        """
        def test_it():
            client()
            thrown = without("botocore", "boto3")
            attempt()
            thrown.stop()
        """,
        run="modules",
    ),
    "sys.modules: only botocore.* submodules thrown away": Way(
        """
        def test_it():
            client()
            thrown = without("botocore.")
            import botocore.session
            attempt(botocore.session.Session().create_client("personalize", **KEYS).list_schemas)
            thrown.stop()
        """,
        run="modules",
    ),
    "patch.dict(sys.modules) re-import of botocore (under mocked modules)": Way(
        """
        def test_it():
            client()
            thrown = without("botocore", "boto3")
            sys.modules["boto3"] = mock.Mock()
            import botocore.session
            attempt(botocore.session.Session().create_client("personalize", **KEYS).list_schemas)
            thrown.stop()
        """,
        run="modules",
    ),
    "vendored copy of botocore": Way(
        """
        def test_it():
            # a copy that no finder of ours sees: the variables for child processes stop it
            client()
            thrown = without("botocore")
            finders = [finder for finder in sys.meta_path if not type(finder).__module__.startswith("pytest_pers")]
            with mock.patch.object(sys, "meta_path", finders):
                import botocore.session
                attempt(botocore.session.Session().create_client("personalize", **KEYS).list_schemas)
            thrown.stop()
        """,
        CLOSED,
        "modules",
    ),
    "mock.patch of BaseClient._make_request then stop": Way("""
        def test_it():
            patch = mock.patch("botocore.client.BaseClient._make_request")
            patch.start()
            patch.stop()
            attempt()
    """),
    "call between tests (fixture teardown after mock)": Way("""
        import pytest

        @pytest.fixture
        def around():
            yield
            attempt()

        def test_it(around, personalize_backend):
            call()
    """),
    "python -O": tried("call()", run="-O"),
    "pytest.main in-process, then call afterwards": Way("""
        import pytest

        def test_it(tmp_path):
            (tmp_path / "test_inside.py").write_text("def test_it(personalize_backend): pass")
            assert pytest.main(["-p", "pytest_personalize.plugin", f"--rootdir={tmp_path}", str(tmp_path)]) == 0
            attempt()
    """),
    "passthrough test, its thread outlives it": Way("""
        import pytest

        GO = threading.Event()
        THREAD = threading.Thread(target=lambda: (GO.wait(), attempt()))

        @pytest.mark.mock_personalize(passthrough=True)
        def test_begins():
            THREAD.start()

        def test_ends():
            GO.set()
            THREAD.join()
    """),
    "gevent": Way("import gevent\ndef test_it():\n    gevent.spawn(attempt).join()\n", run="gevent", needs=("gevent",)),
    "eventlet": Way(
        "import eventlet\ndef test_it():\n    eventlet.spawn(attempt).wait()\n", run="eventlet", needs=("eventlet",)
    ),
    "unittest TestCase": Way("""
        import unittest

        class TestIt(unittest.TestCase):
            def test_it(self):
                attempt()
    """),
    "doctest": Way('def documented():\n    """\n    >>> attempt()\n    """\n'),
    "boto3 resource-like waiter/paginator": tried("list(client().get_paginator('list_schemas').paginate())"),
    "awscli in process": Way(
        """
        from awscli.clidriver import create_clidriver

        def test_it(monkeypatch):
            monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
            monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
            assert create_clidriver().main(["personalize", "list-schemas", "--region", "us-east-1"]) != 0
            attempt()
        """,
        needs=("awscli",),
    ),
}


def module_of(name: str) -> str:
    return "test_" + re.sub(r"\W+", "_", name.lower()).strip("_")


def missing(way: Way) -> list[str]:
    return [module for module in way.needs if find_spec(module.split(".")[0]) is None or find_spec(module) is None]


@pytest.fixture(scope="module")
def run_of(start: Any) -> Any:
    """A run of all its ways: where each got, what came of each, and the output."""

    @cache
    def run_of(name: str) -> Any:
        files = {"sitecustomize.py": RECORDER, "ways.py": HELPERS, "early.py": EARLY}
        ways = {way: about for way, about in WAYS.items() if about.run == name and not missing(about)}
        plugins = []
        for way, about in ways.items():
            module = module_of(way)
            if about.plugin:
                module = f"plugin_{module}"
                plugins.append(module)
            files[f"{module}.py"] = f"from ways import *\nattempt = Attempt({way!r})\n" + dedent(about.source)
        options = RUNS[name]
        files["conftest.py"] = f"{options.conftest}pytest_plugins = {plugins}\n"
        env = {"AWS_MAX_ATTEMPTS": "1", "REACHED": "reached.txt", "RESULTS": "results.txt", **options.env}
        run = start(files, *options.flags, python=options.python, plugins=options.plugins, env=env)
        return [_read(run.folder / env[kind]) for kind in ("REACHED", "RESULTS")], run

    return run_of


def _read(path: Path) -> dict[str, list[str]]:
    """Way -> what was noted about it."""
    noted: dict[str, list[str]] = {}
    for line in path.read_text().splitlines() if path.exists() else ():
        way, what = line.split("\t")
        noted.setdefault(way, []).append(what)
    return noted


@pytest.mark.parametrize("name", WAYS)
def test_no_way_leads_out(name: str, run_of: Any) -> None:
    way = WAYS[name]
    if missing(way):
        pytest.skip(f"{', '.join(missing(way))} is not installed")
    (reached, results), run = run_of(way.run)
    if way.expected == REACHED:
        assert reached.get(name), run.output
        return
    assert name not in reached, run.output
    if way.expected != IMPOSSIBLE:
        assert results.get(name) == [way.expected], run.output


def test_nothing_else_was_looked_up(run_of: Any) -> None:
    """What no way was being tried for: credentials, regions, updates."""
    (reached, _), run = run_of("plain")
    assert "None" not in reached, run.output
