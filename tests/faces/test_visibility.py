"""Which backend a test or fixture sees: wider ones only where they are asked for, the narrower one first."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]

BLOCKED = """
    def is_blocked():
        with pytest.raises(RealPersonalizeCallBlocked):
            names()
        return True
"""


@pytest.fixture
def run_helped(run: Run) -> Run:
    """As ``run``, with ``is_blocked()`` for calls that no backend answers."""
    return lambda module, *flags, **options: run(BLOCKED + module, *flags, **options)


class TestTests:
    @pytest.mark.parametrize("scope", ["class", "module", "package", "session"])
    def test_one_that_asks_for_nothing_sees_no_wider_backend(self, scope: str, run_helped: Run) -> None:
        run_helped(f"""
    class TestIt:
        def test_asks(self, {scope}_personalize_backend):
            assert names() == []

        def test_asks_not(self):
            assert is_blocked()

        def test_asks_again(self, {scope}_personalize_backend):
            assert names() == []
        """).assert_outcomes(passed=3)

    def test_a_fixture_asks_for_its_test(self, run_helped: Run) -> None:
        run_helped("""
    @pytest.fixture(scope="session")
    def films(session_personalize_backend):
        create("films")

    @pytest.fixture
    def few_films(films): ...

    def test_near(films):
        assert names() == ["films"]

    def test_far(few_films):
        assert names() == ["films"]

    def test_none():
        assert is_blocked()
        """).assert_outcomes(passed=3)

    def test_a_fixture_that_asked_long_ago_asks_for_its_later_tests(self, run_helped: Run) -> None:
        run_helped("""
    @pytest.fixture(scope="session")
    def films(request):
        request.getfixturevalue("session_personalize_backend")
        create("films")

    @pytest.mark.parametrize("number", [1, 2])
    def test_it(films, number):
        assert names() == ["films"]
        """).assert_outcomes(passed=2)

    def test_a_marker_asks_for_its_test(self, run_helped: Run) -> None:
        run_helped("""
    @pytest.mark.usefixtures("module_personalize_backend")
    def test_marked():
        assert names() == []

    @pytest.mark.usefixtures("module_personalize_backend")
    class TestMarked:
        def test_it(self):
            assert names() == []

    def test_none():
        assert is_blocked()
        """).assert_outcomes(passed=3)

    def test_an_item_that_is_no_function_sees_what_its_run_sees(
        self, run_helped: Run, pytester: pytest.Pytester
    ) -> None:
        """Items of other plugins have no fixtures to ask for."""
        pytester.makeconftest("""
            import boto3
            import pytest
            from pytest_personalize import RealPersonalizeCallBlocked

            class Query(pytest.Item):
                def runtest(self):
                    client = boto3.client(
                        "personalize", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
                    )
                    with pytest.raises(RealPersonalizeCallBlocked):
                        client.list_schemas()

            class Queries(pytest.File):
                def collect(self):
                    yield Query.from_parent(self, name="query")

            def pytest_collect_file(file_path, parent):
                if file_path.suffix == ".query":
                    return Queries.from_parent(parent, path=file_path)
        """)
        pytester.makefile(".query", films="")
        run_helped("def test_it(session_personalize_backend): ...").assert_outcomes(passed=2)

    def test_what_is_asked_for_while_it_runs_is_seen_from_then_on(self, run_helped: Run) -> None:
        run_helped("""
    def test_first(session_personalize_backend):
        create("films")

    @pytest.mark.parametrize("number", [1, 2])
    def test_it(request, number):
        assert is_blocked()
        request.getfixturevalue("session_personalize_backend")
        assert names() == ["films"]
        """).assert_outcomes(passed=3)

    def test_a_wider_backend_that_comes_later_stays_below(self, run_helped: Run) -> None:
        run_helped("""
    def test_it(personalize_backend, request):
        session = request.getfixturevalue("session_personalize_backend")
        create("films")
        assert (list(personalize_backend.dataset_groups), list(session.dataset_groups)) == (["films"], [])
        """).assert_outcomes(passed=1)

    def test_the_innermost_with_is_above_all_that_comes_by_fixture(self, run_helped: Run) -> None:
        run_helped("""
    def test_it(personalize_backend, request):
        with mock_personalize() as inner:
            request.getfixturevalue("session_personalize_backend")
            create("films")
        assert (names(), list(inner.dataset_groups)) == ([], ["films"])
        """).assert_outcomes(passed=1)

    def test_a_mock_that_a_wider_fixture_holds_is_a_wider_backend(self, run_helped: Run) -> None:
        run_helped("""
    @pytest.fixture(scope="session")
    @mock_personalize
    def films():
        create("films")
        yield
        assert names() == ["films"]

    def test_asks(films):
        assert names() == ["films"]

    def test_asks_not():
        assert is_blocked()

    def test_has_its_own(personalize_backend, films):
        assert names() == []
        """).assert_outcomes(passed=3)

    def test_a_mock_that_set_up_of_a_class_starts_is_one_of_the_class(self, run_helped: Run) -> None:
        run_helped("""
    class TestPlain:
        @classmethod
        def setup_class(cls):
            cls.mock = mock_personalize()
            cls.mock.start()
            create("films")

        @classmethod
        def teardown_class(cls):
            assert names() == ["films"]
            cls.mock.stop()

        def test_it(self):
            assert names() == ["films"]

    class TestCase(unittest.TestCase):
        @classmethod
        def setUpClass(cls):
            mock = mock_personalize()
            mock.start()
            cls.addClassCleanup(mock.stop)
            create("films")

        def test_it(self):
            assert names() == ["films"]

    def test_none():
        assert is_blocked()
        """).assert_outcomes(passed=3)

    def test_what_the_run_started_is_seen_by_all(self, run_helped: Run, pytester: pytest.Pytester) -> None:
        pytester.makeconftest("""
            from pytest_personalize import mock_personalize
            MOCK = mock_personalize(account_id="999999999999")

            def pytest_sessionstart():
                MOCK.start()

            def pytest_sessionfinish():
                MOCK.stop()
        """)
        run_helped("""
    def test_all():
        assert names() == []

    def test_its_own(personalize_backend):
        create("films")
        assert list(personalize_backend.dataset_groups) == ["films"]
        """).assert_outcomes(passed=2)


class TestFixtures:
    """Their set-up and tear-down see what they ask for, whichever test they run in."""

    def test_a_fixture_that_asks_for_nothing_sees_no_wider_backend(self, run_helped: Run) -> None:
        run_helped("""
    @pytest.fixture
    def films():
        assert is_blocked()
        yield
        assert is_blocked()

    def test_it(session_personalize_backend, films):
        assert names() == []
        """).assert_outcomes(passed=1)

    def test_a_fixture_sees_the_backend_of_the_function_of_its_test(self, run_helped: Run) -> None:
        run_helped("""
    @pytest.fixture
    def films():
        create("films")
        yield
        assert names() == ["films"]

    def test_it(personalize_backend, films):
        assert names() == ["films"]
        """).assert_outcomes(passed=1)

    def test_a_wider_fixture_sees_nothing_of_the_test_that_is_first_to_need_it(self, run_helped: Run) -> None:
        run_helped("""
    @pytest.fixture(scope="module")
    def films():
        assert is_blocked()
        yield
        assert is_blocked()

    def test_it(personalize_backend, request):
        request.getfixturevalue("films")
        assert names() == []
        """).assert_outcomes(passed=1)

    def test_tear_down_sees_it_in_a_test_that_does_not(self, run_helped: Run) -> None:
        run_helped("""
    @pytest.fixture(scope="module")
    def films(module_personalize_backend, request):
        create("films")
        request.addfinalizer(lambda: SEEN.append(names()))
        yield
        SEEN.append(names())

    SEEN = []

    def test_asks(films): ...

    def test_last():
        assert is_blocked()

    @pytest.fixture(scope="session", autouse=True)
    def _look():
        yield
        assert SEEN == [["films"], ["films"]]
        """).assert_outcomes(passed=2)

    def test_a_fixture_made_by_another_sees_its_own_again_afterwards(self, run_helped: Run) -> None:
        run_helped("""
    @pytest.fixture(scope="module")
    def inner():
        assert is_blocked()

    @pytest.fixture(scope="module")
    def outer(module_personalize_backend, request):
        request.getfixturevalue("inner")
        create("films")

    def test_it(outer):
        assert names() == ["films"]
        """).assert_outcomes(passed=1)

    @pytest.mark.parametrize("mark", ["mock_personalize", 'usefixtures("class_personalize_backend")'])
    def test_set_up_methods_see_what_their_class_asks_for(self, mark: str, run_helped: Run) -> None:
        run_helped(f"""
    @pytest.mark.{mark}
    class TestIt:
        @classmethod
        def setup_class(cls):
            create("of-class")

        def setup_method(self):
            create("of-method")

        def teardown_method(self):
            assert names() == ["of-class", "of-method"]

        @classmethod
        def teardown_class(cls):
            assert names() == ["of-class", "of-method"]

        def test_it(self, class_personalize_backend):
            assert names() == ["of-class", "of-method"]

    class TestOther:
        def setup_method(self):
            assert is_blocked()

        def test_it(self, session_personalize_backend):
            assert names() == []
        """).assert_outcomes(passed=2)

    def test_clients_and_presets_use_the_narrowest_that_their_test_sees(self, run_helped: Run) -> None:
        run_helped("""
    @pytest.fixture
    def films(personalize):
        personalize.create_dataset_group(name="films")

    def test_wider(session_personalize_backend, films, actions_dataset_group):
        assert list(session_personalize_backend.dataset_groups) == ["films", "actions"]

    def test_own(personalize_backend, films):
        assert list(personalize_backend.dataset_groups) == ["films"]

    def test_both(session_personalize_backend, personalize_backend, films):
        assert list(personalize_backend.dataset_groups) == ["films"]

    def test_none(films, personalize_backend):
        assert list(personalize_backend.dataset_groups) == ["films"]
        """).assert_outcomes(passed=4)


class TestReports:
    def test_a_failed_test_shows_only_backends_that_it_saw(self, run_helped: Run) -> None:
        result = run_helped("""
    def test_asks(session_personalize_backend):
        create("not-of-the-other")

    def test_fails():
        raise LookupError
        """)
        result.assert_outcomes(passed=1, failed=1)
        result.stdout.no_fnmatch_line("*not-of-the-other*")
