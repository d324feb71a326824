"""What a run of pytest prints about Amazon Personalize: below failed tests, and at its end when asked for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]
Section = Callable[[pytest.RunResult, str], list[str]]

TITLE = "Amazon Personalize"
OWN = "resources that this test made or changed:"
FILMS_IS_THERE = "  ACTIVE  dataset-group: films"
FILMS = "arn:aws:personalize:us-east-1:123456789012:dataset-group/films"


class TestFailedTests:
    def test_calls_and_resources_are_shown(self, run: Run, section: Section) -> None:
        result = run("""
            import datetime

            def test_it(personalize_backend):
                personalize_backend.clock.freeze(datetime.datetime(2026, 1, 1, 12, tzinfo=datetime.UTC))
                create("films")
                personalize_backend.clock.advance(minutes=5)
                try:
                    create("films")
                except CLIENT.exceptions.ResourceAlreadyExistsException:
                    pass
                CLIENT.list_schemas(maxResults=5)
                assert not personalize_backend.dataset_groups
        """)
        assert section(result, TITLE) == [
            OWN,
            "  ACTIVE  dataset-group: films",
            "calls:",
            '    1 2026-01-01 12:00:00 us-east-1 personalize.CreateDatasetGroup(name="films")',
            f'        {{"datasetGroupArn": "{FILMS}"}}',
            '    2 2026-01-01 12:05:00 us-east-1 personalize.CreateDatasetGroup(name="films")',
            "        ResourceAlreadyExistsException: Another resource with Arn",
            f"          {FILMS} already exists.",
            "    3 2026-01-01 12:05:00 us-east-1 personalize.ListSchemas(maxResults=5)",
            '        {"schemas": []}',
        ]

    def test_what_failed_is_shown_with_its_reason(self, run: Run, section: Section) -> None:
        result = run("""
            @pytest.mark.personalize(quotas=None)
            def test_it(personalize_backend):
                for number in range(8):
                    create(f"films-{number}")
                personalize_backend.faults.fail_job("CreateDatasetGroup", "no space left")
                create("books")
                boto3.client("personalize", region_name="eu-west-1").create_dataset_group(name="there")
                raise LookupError
        """)
        lines = section(result, TITLE)
        assert lines[: lines.index("calls:")] == [
            OWN,
            "  CREATE FAILED  dataset-group: books: no space left",
            "  ACTIVE         dataset-group: films-0, films-1, films-2, films-3, films-4 and 3 more",
            "  ACTIVE         dataset-group in eu-west-1: there",
        ]

    def test_of_many_calls_the_last_are_shown(self, run: Run, section: Section) -> None:
        result = run("""
            def test_it(personalize_backend):
                for number in range(30):
                    CLIENT.list_schemas(maxResults=number + 1)
                raise LookupError
        """)
        lines = section(result, TITLE)
        assert lines[0] == "last 10 of 30 calls:"
        assert [line.rpartition("(")[2] for line in lines[1::2]] == [
            f"maxResults={number})" for number in range(21, 31)
        ]

    @pytest.mark.parametrize(
        "test",
        [
            "@mock_personalize\ndef test_it():\n    create('films')\n    raise LookupError",
            "def test_it():\n    with mock_personalize():\n        create('films')\n    raise LookupError",
            "@mock_personalize\nclass TestIt:\n"
            "    def test_it(self):\n        create('films')\n        raise LookupError",
            "@mock_personalize\nclass TestIt(unittest.TestCase):\n"
            "    def test_it(self):\n        create('films')\n        raise LookupError",
            "def test_it(session_personalize_backend):\n    create('films')\n    raise LookupError",
        ],
        ids=["decorator", "context manager", "class", "test case", "session"],
    )
    def test_it_does_not_matter_how_the_mock_came_about(self, test: str, run: Run, section: Section) -> None:
        lines = section(run(test), TITLE)
        assert lines[:3] == [OWN, FILMS_IS_THERE, "calls:"]

    def test_a_failed_set_up_is_shown(self, run: Run, section: Section) -> None:
        result = run("""
            @pytest.fixture
            def films(personalize_backend):
                create("films")
                raise LookupError

            def test_it(films): ...
        """)
        assert FILMS_IS_THERE in section(result, TITLE)

    def test_a_failed_tear_down_is_shown(self, run: Run, section: Section) -> None:
        result = run("""
            @pytest.fixture
            def films(personalize_backend):
                yield
                create("films")
                raise LookupError

            def test_it(films): ...
        """)
        assert FILMS_IS_THERE in section(result, TITLE)

    def test_calls_of_other_tests_are_not_shown(self, run: Run, section: Section) -> None:
        result = run("""
            def test_one(module_personalize_backend):
                create("of-test-one")

            def test_two(module_personalize_backend):
                create("of-test-two")
                raise LookupError
        """)
        calls = [line for line in section(result, TITLE) if "personalize.Create" in line]
        assert [call.partition("(")[2] for call in calls] == ['name="of-test-two")']

    def test_calls_after_the_calls_were_cleared_are_shown(self, run: Run, section: Section) -> None:
        result = run("""
            def test_one(module_personalize_backend):
                create("of-test-one")

            def test_two(module_personalize_backend):
                module_personalize_backend.calls.clear()
                create("of-test-two")
                raise LookupError
        """)
        assert '(name="of-test-two")' in section(result, TITLE)[3]

    def test_several_backends_are_told_apart(self, run: Run, section: Section) -> None:
        result = run("""
            def test_it(personalize_backend):
                create("outer")
                with mock_personalize():
                    create("inner")
                raise LookupError
        """)
        lines = section(result, TITLE)
        assert [line for line in lines if line.startswith(("backend", "  ACTIVE"))] == [
            "backend 1: account 123456789012, us-east-1",
            "  ACTIVE  dataset-group: outer",
            "backend 2: account 123456789012, us-east-1",
            "  ACTIVE  dataset-group: inner",
        ]

    def test_of_many_backends_the_last_are_shown(self, run: Run, section: Section) -> None:
        result = run("""
            def test_it():
                for number in range(50):
                    with mock_personalize():
                        create(f"example-{number}")
                raise LookupError
        """)
        headings = [line.split()[1] for line in section(result, TITLE) if line.startswith("backend")]
        assert headings == ["48:", "49:", "50:"]

    def test_long_and_invisible_values_are_kept_in_check(self, run: Run, section: Section) -> None:
        result = run(r"""
            def test_it(personalize_backend):
                with pytest.raises(CLIENT.exceptions.ClientError):
                    create("\x1b[31m" + "\u202e" + "a" * 500)
                raise LookupError
        """)
        lines = section(result, TITLE)
        assert lines[2] == '        name="\\u001b[31m\\u202e' + "a" * 70
        assert lines[3] == "        aaaaaaa…)"
        assert not [line for line in lines if "\x1b" in line or "\u202e" in line]

    def test_a_test_that_passes_is_not_shown(self, run: Run) -> None:
        result = run(
            """
            def test_it(personalize_backend):
                create("films")
        """,
            "-rA",
        )
        result.stdout.no_fnmatch_line(f"*{TITLE}*")

    def test_a_test_that_used_nothing_is_not_shown(self, run: Run) -> None:
        result = run("""
            def test_it(personalize_backend):
                raise LookupError

            def test_other():
                raise LookupError
        """)
        result.assert_outcomes(failed=2)
        result.stdout.no_fnmatch_line(f"*{TITLE}*")

    def test_it_can_be_switched_off_with_the_captured_output(self, run: Run) -> None:
        result = run(
            """
            def test_it(personalize_backend):
                create("films")
                raise LookupError
        """,
            "--show-capture=no",
        )
        result.stdout.no_fnmatch_line(f"*{TITLE}*")

    def test_workers_of_xdist_show_it(self, run: Run, section: Section) -> None:
        result = run(
            """
            def test_it(personalize_backend):
                create("films")
                raise LookupError
        """,
            "-pxdist",
            "-n1",
            subprocess=True,
        )
        assert FILMS_IS_THERE in section(result, TITLE)

    def test_a_run_inside_a_test_does_not_disturb_it(self, run: Run, section: Section) -> None:
        result = run("""
            pytest_plugins = ["pytester"]

            @mock_personalize
            def inner_part():
                create("films")

            def test_it(pytester):
                inner_part()
                pytester.makepyfile("def test_inner(): pass")
                pytester.runpytest_inprocess("-p", "pytest_personalize.plugin")
                raise LookupError
        """)
        assert FILMS_IS_THERE in section(result, TITLE)


class TestUsage:
    MODULE = """
        @pytest.mark.parametrize("number", range(4))
        def test_it(personalize_backend, personalize_runtime, number):
            create("films")
            with pytest.raises(CLIENT.exceptions.ResourceAlreadyExistsException):
                create("films")
            if number:
                return
            with pytest.raises(personalize_runtime.exceptions.ResourceNotFoundException):
                personalize_runtime.get_recommendations(
                    campaignArn="arn:aws:personalize:us-east-1:123456789012:campaign/none", userId="1")

        @mock_personalize(preset="actions")
        def test_seeded():
            CLIENT.list_schemas()

        def test_nothing(): ...
    """
    USED = (
        "personalize: 2 of 71 operations used",
        "       8 CreateDatasetGroup",
        "       1 ListSchemas",
    )
    ERRORS = (
        "errors met:",
        "       4 ResourceAlreadyExistsException of CreateDatasetGroup",
        "       1 ResourceNotFoundException of GetRecommendations",
    )

    def test_it_counts_operations_and_errors(self, run: Run, section: Section) -> None:
        lines = section(run(self.MODULE, "--personalize-report"), f"{TITLE}: usage")
        assert tuple(lines[:3]) == self.USED
        assert lines[3:7] == [
            "  never used of batch inference: all 3",
            "  never used of batch segments: all 3",
            "  never used of campaigns: all 5",
            "  never used of dataset groups: DeleteDatasetGroup, DescribeDatasetGroup, ListDatasetGroups",
        ]
        assert lines[-8:] == [
            "personalize-runtime: 1 of 3 operations used",
            "       1 GetRecommendations",
            "  never used of recommendations: GetActionRecommendations, GetPersonalizedRanking",
            "personalize-events: 0 of 5 operations used",
            "  never used of events: all 5",
            *self.ERRORS,
        ]

    def test_it_sums_over_the_workers_of_xdist(self, run: Run, section: Section) -> None:
        result = run(self.MODULE, "--personalize-report", "-pxdist", "-n2", subprocess=True)
        result.assert_outcomes(passed=6)
        lines = section(result, f"{TITLE}: usage")
        assert tuple(lines[:3]) == self.USED
        assert tuple(lines[-3:]) == self.ERRORS

    def test_each_call_counts_once_whatever_the_scope_of_its_backend(self, run: Run, section: Section) -> None:
        module = """
            def test_one(session_personalize_backend):
                CLIENT.list_schemas()

            def test_two(session_personalize_backend, module_personalize_backend):
                CLIENT.list_schemas()
                session_personalize_backend.calls.clear()

            def test_three(session_personalize_backend):
                CLIENT.list_schemas()
        """
        lines = section(run(module, "--personalize-report"), f"{TITLE}: usage")
        assert lines[:2] == ["personalize: 1 of 71 operations used", "       3 ListSchemas"]
        assert lines[-1] == "no errors met"

    def test_nobody_asked_nothing_printed(self, run: Run) -> None:
        run(self.MODULE).stdout.no_fnmatch_line("*usage*")
