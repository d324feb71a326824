"""The pytest plugin as its users see it: fixtures, marker, ini options, flags and messages, in runs of pytest."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pytest_personalize.interception import ACTIVATIONS

ASYNC_PLUGINS = ("-panyio", "-ppytest_asyncio.plugin", "-oasyncio_default_fixture_loop_scope=function")

Run = Callable[..., pytest.RunResult]
Section = Callable[[pytest.RunResult, str], list[str]]


class TestBackendFixtures:
    def test_a_test_gets_an_empty_backend(self, run: Run) -> None:
        run("""
            @pytest.mark.parametrize("number", [1, 2])
            def test_it(personalize_backend, number):
                create("films")
                assert list(personalize_backend.dataset_groups) == ["films"]
        """).assert_outcomes(passed=2)

    @pytest.mark.parametrize(
        ("scope", "seen"),
        [
            ("function", [[], [], [], []]),
            ("class", [[], ["1"], [], []]),
            ("module", [[], ["1"], ["1", "2"], ["1", "2", "3"]]),
            ("package", [[], ["1"], ["1", "2"], ["1", "2", "3"]]),
            ("session", [[], ["1"], ["1", "2"], ["1", "2", "3"]]),
        ],
    )
    def test_a_backend_lasts_as_long_as_its_scope(self, scope: str, seen: list[list[str]], run: Run) -> None:
        fixture = "personalize_backend" if scope == "function" else f"{scope}_personalize_backend"
        run(f"""
            SEEN = []

            @pytest.fixture(autouse=True)
            def _look({fixture}):
                SEEN.append(names())

            class TestOne:
                def test_one(self):
                    create("1")

                def test_two(self):
                    create("2")

            class TestTwo:
                def test_three(self):
                    create("3")

            def test_all():
                assert SEEN == {seen}
        """).assert_outcomes(passed=4)

    def test_a_session_backend_serves_several_modules(self, run: Run, pytester: pytest.Pytester) -> None:
        pytester.makepyfile(
            test_another="""
            def test_it(session_personalize_backend):
                assert list(session_personalize_backend.dataset_groups) == ["films"]
            """
        )
        run(
            """
            def test_it(session_personalize_backend):
                create("films")
        """,
            "test_a_session_backend_serves_several_modules.py",
            "test_another.py",
        ).assert_outcomes(passed=2)

    def test_the_narrower_backend_answers(self, run: Run) -> None:
        run("""
            def test_it(module_personalize_backend, personalize_backend):
                create("films")
                assert not module_personalize_backend.dataset_groups
                assert list(personalize_backend.dataset_groups) == ["films"]
        """).assert_outcomes(passed=1)

    def test_they_are_listed_with_what_they_are(self, run: Run) -> None:
        run("", "--fixtures").stdout.fnmatch_lines(
            [
                "personalize_runtime -- *",
                "    A boto3 client of the runtime, answered by the active backend or by ``personalize_backend``.",
                "class_personalize_backend [[]class scope[]] -- *",
                "personalize_backend -- *",
                "    A new, empty backend that answers all Personalize calls until the end of * scope *",
                "session_personalize_backend [[]session scope[]] -- *",
            ]
        )


class TestClientFixtures:
    def test_they_bring_a_backend_along(self, run: Run) -> None:
        run("""
            def test_it(personalize, personalize_backend):
                personalize.create_dataset_group(name="films")
                assert list(personalize_backend.dataset_groups) == ["films"]
        """).assert_outcomes(passed=1)

    def test_they_use_the_backend_that_is_active(self, run: Run) -> None:
        run("""
            @pytest.fixture(scope="class")
            def films(class_personalize_backend):
                create("films")

            class TestFilms:
                def test_it(self, films, personalize):
                    assert [group["name"] for group in personalize.list_dataset_groups()["datasetGroups"]] == ["films"]
        """).assert_outcomes(passed=1)

    def test_they_are_clients_of_the_three_services_in_the_region_of_the_backend(self, run: Run) -> None:
        run("""
            @pytest.mark.mock_personalize(region="eu-west-1")
            def test_it(personalize, personalize_runtime, personalize_events):
                clients = personalize, personalize_runtime, personalize_events
                assert [(client.meta.service_model.service_name, client.meta.region_name) for client in clients] == [
                    ("personalize", "eu-west-1"),
                    ("personalize-runtime", "eu-west-1"),
                    ("personalize-events", "eu-west-1"),
                ]
        """).assert_outcomes(passed=1)

    def test_those_of_aiobotocore_are_made_by_the_test(self, run: Run) -> None:
        run("""
            @pytest.mark.personalize(region="eu-west-1", preset="shop")
            def test_it(personalize_aio, personalize_backend):
                async def ask():
                    async with personalize_aio.client("personalize-runtime") as runtime:
                        arn = personalize_backend.seeded["shop"].recommenders["Best sellers"]
                        answer = await runtime.get_recommendations(recommenderArn=arn, userId="user-ada", numResults=3)
                        return len(answer["itemList"]), runtime.meta.region_name

                assert asyncio.run(ask()) == (3, "eu-west-1")
        """).assert_outcomes(passed=1)

    def test_without_aiobotocore_it_says_what_to_install(self, run: Run) -> None:
        result = run("""
            import sys

            @pytest.fixture(autouse=True)
            def _uninstalled(monkeypatch):
                monkeypatch.setitem(sys.modules, "aiobotocore.session", None)

            def test_it(personalize_aio):
                pass
        """)
        result.stdout.fnmatch_lines(["personalize_aio needs aiobotocore: pip install *aiobotocore*"])
        result.stdout.no_fnmatch_line("During handling of the above exception*")

    @pytest.mark.parametrize("scope", ["class", "module", "package", "session"])
    @pytest.mark.parametrize("narrow", ["personalize_backend", "shop_dataset_group", "personalize_runtime"])
    def test_one_of_wider_scope_that_asks_for_it_is_told_what_to_ask_for(
        self, run: Run, section: Section, scope: str, narrow: str
    ) -> None:
        result = run(f"""
            @pytest.fixture(scope="{scope}")
            def shared({narrow}):
                pass

            def test_it(shared):
                pass
        """)
        advice = " ".join(" ".join(section(result, "Amazon Personalize")).split())
        assert advice.startswith(f"hint: {narrow} is made anew for each test; a fixture of scope {scope} asks for")
        assert f" {scope}_personalize_backend, " in advice

    def test_a_fixture_of_others_that_is_too_narrow_gets_no_advice(self, run: Run) -> None:
        result = run("""
            @pytest.fixture(scope="module")
            def shared(monkeypatch):
                pass

            def test_it(shared):
                pass
        """)
        result.stdout.no_fnmatch_line("hint: *")

    def test_the_session_and_the_credentials_of_the_user_stay_untouched(self, run: Run) -> None:
        run("""
            import pytest_personalize.fixtures

            @pytest.fixture(autouse=True)
            def _aws(monkeypatch):
                monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
                monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDREAL")
                monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
                pytest_personalize.fixtures._session.cache_clear()

            def test_it(personalize):
                assert boto3.DEFAULT_SESSION is None
                assert personalize._request_signer._credentials.access_key == "mocked"
        """).assert_outcomes(passed=1)


class TestMarker:
    def test_it_brings_a_backend_along(self, run: Run) -> None:
        run("""
            @pytest.mark.mock_personalize
            def test_it():
                assert names() == []
        """).assert_outcomes(passed=1)

    def test_it_mocks_set_up_methods_and_fixtures(self, run: Run) -> None:
        run("""
            @pytest.mark.mock_personalize
            class TestIt:
                def setup_method(self):
                    create("of-set-up")

                @pytest.fixture(autouse=True)
                def _films(self):
                    create("of-fixture")

                def test_it(self, personalize_backend):
                    assert names() == ["of-fixture", "of-set-up"]
        """).assert_outcomes(passed=1)

    def test_it_mocks_set_up_of_the_class_with_a_backend_of_the_class(self, run: Run) -> None:
        run("""
            @pytest.mark.mock_personalize(region="eu-west-1")
            class TestIt:
                @classmethod
                def setup_class(cls):
                    create("of-set-up")

                def test_it(self, class_personalize_backend):
                    assert names() == ["of-set-up"]
                    assert class_personalize_backend.region_name == "eu-west-1"
        """).assert_outcomes(passed=1)

    def test_it_leaves_the_backend_of_a_wider_scope_on_top(self, run: Run) -> None:
        run("""
            pytestmark = pytest.mark.mock_personalize

            @pytest.fixture(scope="module")
            def films(module_personalize_backend):
                create("films")

            def test_one(films):
                assert names() == ["films"]

            def test_two(films):
                assert names() == ["films"]
        """).assert_outcomes(passed=2)

    def test_a_test_that_is_first_to_need_a_wider_fixture_has_its_own_backend_on_top(self, run: Run) -> None:
        run("""
            @pytest.fixture(scope="module", autouse=True)
            def _films():
                with mock_personalize():
                    create("films")
                    yield

            @pytest.mark.mock_personalize
            @pytest.mark.parametrize("number", [1, 2])
            def test_it(number):
                assert names() == []
        """).assert_outcomes(passed=2)

    def test_options_merge_outward_and_the_nearest_wins(self, run: Run) -> None:
        run("""
            pytestmark = pytest.mark.mock_personalize(account_id="111111111111", region="eu-west-1", seed=1)

            @pytest.mark.mock_personalize(account_id="222222222222", region="eu-central-1")
            class TestIt:
                @pytest.mark.mock_personalize(account_id="333333333333")
                def test_it(self, personalize_backend, class_personalize_backend):
                    assert (personalize_backend.account_id, personalize_backend.region_name) == (
                        "333333333333", "eu-central-1")
                    assert class_personalize_backend.account_id == "222222222222"
        """).assert_outcomes(passed=1)

    def test_it_runs_mocked_on_a_test_case_of_unittest(self, run: Run) -> None:
        run("""
            @pytest.mark.mock_personalize
            class TestIt(unittest.TestCase):
                def setUp(self):
                    create("of-set-up")

                def test_it(self):
                    self.assertEqual(names(), ["of-set-up"])
        """).assert_outcomes(passed=1)

    def test_it_is_known_and_explained(self, run: Run) -> None:
        run("", "--markers").stdout.fnmatch_lines(["@pytest.mark.mock_personalize(?*options): *"])

    def test_its_former_name_does_the_same(self, run: Run) -> None:
        result = run(
            """
            @pytest.mark.mock_personalize(account_id="111111111111", region="eu-west-1")
            class TestIt:
                @pytest.mark.personalize(region="eu-central-1")
                def test_it(self, personalize_backend):
                    assert names() == []
                    assert personalize_backend.account_id == "111111111111"
                    assert personalize_backend.region_name == "eu-central-1"

                @pytest.mark.personalize(region="eu-south-1")
                @pytest.mark.mock_personalize(region="eu-north-1")
                def test_of_one_place_the_last_wins(self, personalize_backend):
                    assert personalize_backend.region_name == "eu-north-1"
            """,
            "--strict-markers",
            "-Werror",
        )
        result.assert_outcomes(passed=2)
        result.stdout.no_fnmatch_line("personalize: *")


class TestMarkerOfTheProject:
    """A project that registers a marker ``personalize`` has one of its own."""

    MODULE = """
        @pytest.mark.personalize("a letter", {options})
        def test_it():
            with pytest.raises(RealPersonalizeCallBlocked):
                names()

        @pytest.mark.mock_personalize
        def test_ours():
            assert names() == []
    """
    HEADER = "personalize: marker mock_personalize, as personalize is this project's own"
    REGISTRATIONS = ("personalize: letters with names", "personalize(name, **more): letters", "personalize")

    @pytest.mark.parametrize("line", REGISTRATIONS)
    @pytest.mark.parametrize("options", ["", "passthrough=True", "region='eu-west-1'"])
    def test_of_the_ini_file(self, line: str, options: str, run: Run) -> None:
        flags = "--strict-markers", "-Werror"
        result = run(self.MODULE.format(options=options), *flags, ini=f"markers = {line}")
        result.assert_outcomes(passed=2)
        result.stdout.fnmatch_lines([self.HEADER])

    @pytest.mark.parametrize("line", REGISTRATIONS)
    def test_of_a_conftest(self, line: str, run: Run, pytester: pytest.Pytester) -> None:
        pytester.makeconftest(f"""
            def pytest_configure(config):
                config.addinivalue_line("markers", {line!r})
        """)
        result = run(self.MODULE.format(options=""), "--strict-markers", "-Werror")
        result.assert_outcomes(passed=2)
        result.stdout.fnmatch_lines([self.HEADER])

    def test_the_plugin_describes_only_its_own(self, run: Run) -> None:
        result = run("", "--markers", ini="markers = personalize: letters with names")
        result.stdout.fnmatch_lines(["@pytest.mark.personalize: letters with names"])
        result.stdout.no_fnmatch_line("*former name*")


class TestWrongOptions:
    """They fail at set-up, with one line and no traceback."""

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ("regoin='eu-west-1'", "@pytest.mark.mock_personalize: unknown option 'regoin'; did you mean 'region'?"),
            (
                "passtrough=True",
                "@pytest.mark.mock_personalize: unknown option 'passtrough'; did you mean 'passthrough'?",
            ),
            ("'eu-west-1'", "@pytest.mark.mock_personalize takes options by name, not 'eu-west-1'"),
            (
                "transitions='poll'",
                "options of Amazon Personalize: transitions are 'instant', 'polls:N', 'clock' or 'aws', not 'poll'",
            ),
            ("seed='x'", "options of Amazon Personalize: seed must be a whole number, not 'x'"),
        ],
    )
    def test_of_the_marker(self, arguments: str, message: str, run: Run, section: Section) -> None:
        result = run(f"""
            @pytest.mark.mock_personalize({arguments})
            def test_it():
                pass
        """)
        result.assert_outcomes(errors=1)
        assert section(result, "ERROR at setup of test_it") == [message]

    def test_of_the_ini_file(self, run: Run, section: Section) -> None:
        result = run("def test_it(personalize_backend): pass", ini="personalize_transitions = polls")
        result.assert_outcomes(errors=1)
        assert section(result, "ERROR at setup of test_it") == [
            "options of Amazon Personalize: transitions are 'instant', 'polls:N', 'clock' or 'aws', not 'polls'"
        ]

    def test_of_a_flag(self, run: Run) -> None:
        result = run("def test_it(): pass", "--personalize-transitions=poll")
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        result.stderr.fnmatch_lines(
            ["ERROR: --personalize-transitions: transitions are 'instant', 'polls:N', 'clock' or 'aws', not 'poll'"]
        )

    def test_of_an_unmarked_test_nobody_asks(self, run: Run) -> None:
        run("def test_it(): pass", ini="personalize_transitions = polls").assert_outcomes(passed=1)


class TestIniOptionsAndFlags:
    def test_they_hold_for_fixtures_decorators_and_clients(self, run: Run) -> None:
        run(
            """
            def test_fixture(personalize_backend):
                assert personalize_backend.region_name == "eu-west-1"
                assert personalize_backend.account_id == "111111111111"

            @mock_personalize
            def test_decorator():
                client = boto3.client("personalize", region_name="eu-west-1")
                arn = client.create_dataset_group(name="films")["datasetGroupArn"]
                assert arn == "arn:aws:personalize:eu-west-1:111111111111:dataset-group/films"

            def test_client(monkeypatch):
                monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
                monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
                assert boto3.Session().client("personalize").meta.region_name == "eu-west-1"
            """,
            ini="""
            personalize_region = eu-west-1
            personalize_account_id = 111111111111
            """,
        ).assert_outcomes(passed=3)

    STATUSES = """
        def test_it(personalize_backend):
            arn = CLIENT.create_dataset_group(name="films")["datasetGroupArn"]
            statuses = [CLIENT.describe_dataset_group(datasetGroupArn=arn)["datasetGroup"]["status"] for _ in range(3)]
            assert statuses == {}
    """

    def test_transitions_of_the_ini_file(self, run: Run) -> None:
        module = self.STATUSES.format(["CREATE PENDING", "ACTIVE", "ACTIVE"])
        run(module, ini="personalize_transitions = polls:1").assert_outcomes(passed=1)

    def test_transitions_of_the_flag_win_over_the_ini_file(self, run: Run) -> None:
        module = self.STATUSES.format(["CREATE PENDING", "CREATE IN_PROGRESS", "ACTIVE"])
        flag = "--personalize-transitions=polls:2"
        run(module, flag, ini="personalize_transitions = instant").assert_outcomes(passed=1)

    def test_the_marker_wins_over_the_flag(self, run: Run) -> None:
        module = "        pytestmark = pytest.mark.mock_personalize(transitions='instant')" + self.STATUSES
        run(module.format(["ACTIVE"] * 3), "--personalize-transitions=polls:2").assert_outcomes(passed=1)

    def test_they_end_with_the_run(self, run: Run) -> None:
        before = dict(ACTIVATIONS.defaults), ACTIVATIONS.network_allowed
        run("def test_it(): pass", "--personalize-allow-network", ini="personalize_region = eu-west-1")
        assert (ACTIVATIONS.defaults, ACTIVATIONS.network_allowed) == before

    def test_the_header_tells_what_is_set(self, run: Run) -> None:
        result = run(
            "def test_it(): pass",
            "--personalize-transitions=polls:2",
            "--personalize-allow-network",
            ini="personalize_region = eu-west-1",
        )
        result.stdout.fnmatch_lines(["personalize: region eu-west-1, transitions polls:2, real calls allowed"])

    def test_chaos_is_in_every_backend_and_its_seed_in_the_header(self, run: Run) -> None:
        result = run(
            """
            from pytest_personalize import PersonalizeBackend, active_backend

            @mock_personalize
            def test_a_mock():
                assert "chaos 7" in repr(active_backend().faults)

            def test_a_fixture(personalize_backend):
                other = PersonalizeBackend()
                other.faults.chaos(7)
                assert repr(personalize_backend.faults) == repr(other.faults)
            """,
            "--personalize-chaos=7",
        )
        result.assert_outcomes(passed=2)
        result.stdout.fnmatch_lines(["personalize: chaos 7"])

    def test_a_seed_of_chaos_that_is_no_number_is_a_usage_error(self, run: Run) -> None:
        result = run("def test_it(): pass", "--personalize-chaos=much")
        assert result.ret == pytest.ExitCode.USAGE_ERROR

    def test_there_is_no_header_when_nothing_is_set(self, run: Run) -> None:
        run("def test_it(): pass").stdout.no_fnmatch_line("personalize: *")

    def test_the_flags_are_explained(self, run: Run) -> None:
        run("", "--help").stdout.fnmatch_lines(
            [
                "Amazon Personalize:",
                "  --personalize-transitions=MODE",
                "  --personalize-allow-network",
            ]
        )


class TestGuard:
    CALL = """
        import socket

        from botocore.config import Config
        from botocore.exceptions import EndpointConnectionError

        CLIENT = boto3.client(
            "personalize", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b",
            config=Config(retries={"total_max_attempts": 1}, proxies={}),
        )

        def names():
            try:
                return sorted(group["name"] for group in CLIENT.list_dataset_groups()["datasetGroups"])
            except EndpointConnectionError:  # it left, and found no network
                return ["of the real service"]

        @pytest.fixture(scope="module", autouse=True)
        def _no_network():
            def getaddrinfo(*_, **__):
                raise socket.gaierror
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(socket, "getaddrinfo", getaddrinfo)
                yield
    """

    def test_real_calls_are_blocked(self, run: Run) -> None:
        result = run(self.CALL + "\n        def test_it(): names()\n")
        result.assert_outcomes(failed=1)
        result.stdout.fnmatch_lines(["E * ListDatasetGroups of a 'personalize' client was about to leave *"])

    @pytest.mark.parametrize(
        ("flags", "ini"), [(["--personalize-allow-network"], ""), ([], "personalize_block_network = false")]
    )
    def test_real_calls_can_be_allowed(self, flags: list[str], ini: str, run: Run) -> None:
        module = self.CALL + "\n        def test_it(): assert names() == ['of the real service']\n"
        run(module, *flags, ini=ini).assert_outcomes(passed=1)

    def test_the_mock_answers_where_real_calls_are_allowed(self, run: Run) -> None:
        module = self.CALL + "\n        def test_it(personalize): assert names() == []\n"
        run(module, "--personalize-allow-network").assert_outcomes(passed=1)

    def test_passthrough_lifts_the_guard_for_a_test_and_its_fixtures(self, run: Run) -> None:
        run(
            self.CALL
            + """
        @pytest.mark.mock_personalize(passthrough=True)
        class TestReal:
            @pytest.fixture(scope="class", autouse=True)
            @classmethod
            def _real(cls):
                yield names()
                assert names() == ["of the real service"]

            def test_it(self):
                assert names() == ["of the real service"]

            @pytest.mark.mock_personalize(passthrough=False)
            def test_not_this_one(self):
                assert names() == []

        def test_afterwards():
            with pytest.raises(RealPersonalizeCallBlocked):
                names()
        """
        ).assert_outcomes(passed=3)

    def test_passthrough_lifts_a_backend_of_a_wider_scope(self, run: Run) -> None:
        run(
            self.CALL
            + """
        def test_mocked(session_personalize_backend):
            assert names() == []

        @pytest.mark.mock_personalize(passthrough=True)
        def test_real():
            assert names() == ["of the real service"]

        def test_mocked_again(session_personalize_backend):
            assert names() == []
        """
        ).assert_outcomes(passed=3)

    def test_client_fixtures_reach_the_real_service(self, run: Run) -> None:
        run("""
            @pytest.mark.mock_personalize(passthrough=True)
            def test_it(personalize, monkeypatch):
                assert personalize.meta.endpoint_url == "https://personalize.eu-west-1.amazonaws.com"
                assert personalize._request_signer._credentials.access_key == "AKIDREAL"

            @pytest.fixture(autouse=True, scope="module")
            def _aws():
                with pytest.MonkeyPatch.context() as monkeypatch:
                    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
                    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDREAL")
                    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
                    yield
        """).assert_outcomes(passed=1)

    def test_passthrough_and_a_backend_exclude_each_other(self, run: Run, section: Section) -> None:
        result = run("""
            @pytest.mark.mock_personalize(passthrough=True)
            def test_it(personalize_backend):
                pass
        """)
        result.assert_outcomes(errors=1)
        assert section(result, "ERROR at setup of test_it") == [
            "@pytest.mark.mock_personalize(passthrough=True) and a backend exclude each other"
        ]


class TestHiddenRefusals:
    FALLBACK = """
        def home_page():
            try:
                return names()
            except Exception:
                return ["fallback"]

        def test_forgets_the_mock():
            assert home_page() == home_page() == ["fallback"]

        def test_has_a_mock(personalize_backend):
            assert home_page() == []
    """

    def test_a_test_that_passes_on_a_refused_call_is_named(self, run: Run, section: Section) -> None:
        result = run(self.FALLBACK)

        result.assert_outcomes(passed=2)
        assert result.ret == pytest.ExitCode.OK
        title, *told, _ = section(result, "Amazon Personalize")[:3]
        assert title.startswith("Passed without a mock: ")
        assert [line.partition("::")[2] for line in told] == ["test_forgets_the_mock: ListDatasetGroups of personalize"]

    def test_so_is_one_that_hides_the_want_of_credentials(self, run: Run, no_aws: None, section: Section) -> None:
        result = run("""
            from botocore.exceptions import BotoCoreError

            def test_forgets_the_mock(monkeypatch):
                monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
                with pytest.raises(BotoCoreError):
                    boto3.Session().client("personalize", region_name="us-east-1").list_schemas()
        """)
        assert section(result, "Amazon Personalize")[1].endswith("::test_forgets_the_mock: ListSchemas of personalize")

    @pytest.mark.parametrize(
        ("test", "outcome"),
        [
            ("with pytest.raises(RealPersonalizeCallBlocked): names()", "passed"),
            ("assert home_page() == []", "failed"),
            ("home_page(); pytest.skip('no service')", "skipped"),
        ],
    )
    def test_who_expects_the_refusal_or_does_not_pass_is_not(self, run: Run, test: str, outcome: str) -> None:
        result = run(f"{self.FALLBACK.partition('def test_forgets')[0]}def test_it():\n            {test}")
        assert result.parseoutcomes() == {outcome: 1}
        result.stdout.no_fnmatch_line("*Passed without a mock*")


class TestNeverEnded:
    MODULE = """
        def test_forgets():
            mock_personalize().__enter__()

        def test_after():
            with pytest.raises(RealPersonalizeCallBlocked):
                names()
    """

    def test_the_run_fails_and_says_where_it_began(self, run: Run, section: Section) -> None:
        result = run(self.MODULE)
        result.assert_outcomes(passed=2)
        assert result.ret == pytest.ExitCode.TESTS_FAILED
        (title, line) = section(result, "Amazon Personalize")[:2]
        assert title == "Never ended:"
        assert line.startswith("  mock_personalize entered at ")
        assert line.endswith("test_the_run_fails_and_says_where_it_began.py:18 in test_forgets")

    def test_the_next_run_in_this_process_begins_without_it(self, run: Run) -> None:
        before = list(ACTIVATIONS)
        run(self.MODULE)
        assert list(ACTIVATIONS) == before

    def test_all_that_ended_is_not_mentioned(self, run: Run) -> None:
        result = run("""
            @pytest.fixture
            @mock_personalize
            def films():
                create("films")
                yield

            def test_it(films, personalize_backend, session_personalize_backend):
                with mock_personalize():
                    raise LookupError
        """)
        result.assert_outcomes(failed=1)
        result.stdout.no_fnmatch_line("*Never ended*")

    def test_fixtures_of_a_run_that_stops_early_are_not_mentioned(self, run: Run) -> None:
        result = run(
            """
            def test_one(session_personalize_backend):
                raise LookupError

            def test_two(session_personalize_backend):
                pass
            """,
            "-x",
        )
        result.assert_outcomes(failed=1)
        result.stdout.no_fnmatch_line("*Never ended*")

    def test_activations_from_before_the_run_are_not_its_own(self, run: Run) -> None:
        activation = ACTIVATIONS.push(None)
        try:
            result = run("def test_it(): pass")
        finally:
            ACTIVATIONS.pop(activation)
        assert result.ret == pytest.ExitCode.OK


class TestDecoratedFixtures:
    def test_a_decorated_generator_is_a_fixture(self, run: Run) -> None:
        run("""
            @pytest.fixture
            @mock_personalize(region="eu-west-1")
            def films(tmp_path):
                create("films")
                yield tmp_path
                assert names() == ["books", "films"]

            def test_it(films, tmp_path):
                assert (names(), films) == (["films"], tmp_path)
                create("books")
        """).assert_outcomes(passed=1)

    @pytest.mark.parametrize("plugin", ["pytest_asyncio", "anyio"])
    def test_a_decorated_async_generator_is_a_fixture(self, plugin: str, run: Run) -> None:
        module = f"""
            import {plugin}

            @{"pytest" if plugin == "anyio" else plugin}.fixture
            @mock_personalize(region="eu-west-1")
            async def films(tmp_path):
                create("films")
                yield tmp_path
                assert names() == ["books", "films"]

            @pytest.mark.{plugin.removeprefix("pytest_")}
            async def test_it(films, tmp_path):
                assert (names(), films) == (["films"], tmp_path)
                create("books")

            @pytest.fixture
            def anyio_backend():
                return "asyncio"
        """
        run(module, *ASYNC_PLUGINS).assert_outcomes(passed=1)

    def test_decorated_tests_get_their_fixtures_and_parameters(self, run: Run) -> None:
        run("""
            @mock_personalize
            @pytest.mark.parametrize("name", ["films", "books"])
            def test_function(name, tmp_path, personalize):
                create(name)
                assert names() == [name]

            class TestMethods:
                @pytest.mark.parametrize("name", ["films", "books"])
                @mock_personalize(transitions="instant")
                def test_method(self, tmp_path, name):
                    create(name)
                    assert names() == [name]
        """).assert_outcomes(passed=4)


class TestCompanions:
    MODULE = """
        @pytest.mark.{mark}
        @mock_personalize
        async def test_decorated():
            await asyncio.sleep(0)
            assert names() == []

        @pytest.mark.{mark}
        @pytest.mark.mock_personalize
        async def test_marked():
            await asyncio.to_thread(create, "films")
            assert names() == ["films"]

        @pytest.mark.{mark}
        async def test_fixture(personalize):
            assert names() == []

        @pytest.mark.{mark}
        async def test_none():
            with pytest.raises(RealPersonalizeCallBlocked):
                names()

        @pytest.fixture
        def anyio_backend():
            return "asyncio"
    """

    @pytest.mark.parametrize("mark", ["asyncio", "anyio"])
    def test_asynchronous_tests_run_mocked(self, mark: str, run: Run) -> None:
        run(self.MODULE.format(mark=mark), *ASYNC_PLUGINS).assert_outcomes(passed=4)

    @pytest.mark.parametrize("seed", [1, 2])
    def test_the_order_of_tests_does_not_matter(self, seed: int, run: Run) -> None:
        module = """
            @pytest.mark.parametrize("number", range(6))
            class TestIt:
                @pytest.mark.mock_personalize
                def test_marked(self, number):
                    create("films")
                    assert names() == ["films"]

                def test_none(self, number):
                    with pytest.raises(RealPersonalizeCallBlocked):
                        names()

                @mock_personalize
                def test_decorated(self, number):
                    create("films")
                    assert names() == ["films"]
        """
        run(module, "-p", "pytest_randomly", f"--randomly-seed={seed}").assert_outcomes(passed=18)

    def test_a_test_that_is_skipped_activates_nothing(self, run: Run) -> None:
        run("""
            @pytest.mark.skip
            @pytest.mark.mock_personalize(regoin="eu-west-1")
            def test_it(): ...
        """).assert_outcomes(skipped=1)

    def test_doctests_are_left_alone(self, run: Run) -> None:
        result = run('def f():\n    """\n    >>> 1 + 1\n    2\n    """\n', "--doctest-modules")
        result.assert_outcomes(passed=1)


@pytest.mark.usefixtures("no_other_plugins")
def test_a_run_that_uses_nothing_loads_nothing(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import sys

        def test_it():
            assert not {"boto3", "botocore", "aiobotocore", "pytest_personalize.mock"} & set(sys.modules)
    """)
    pytester.runpytest_subprocess("-p", "pytest_personalize.plugin").assert_outcomes(passed=1)
