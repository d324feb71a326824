"""What a run of pytest prints about Amazon Personalize: below failed tests, and at its end when asked for."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

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
            @pytest.mark.mock_personalize(quotas=None)
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

    def test_what_can_be_done_about_a_failure_is_said_below_it(self, run: Run, section: Section) -> None:
        result = run("""
            def test_it(personalize_backend):
                personalize_backend.faults.fail_job("CreateDatasetGroup", "Invalid S3 input path")
                create("books")
                raise LookupError
        """)
        failed, remedy, *_ = section(result, TITLE)[1:]
        assert failed == "  CREATE FAILED  dataset-group: books: Invalid S3 input path"
        assert remedy.strip().startswith('put the files where it looks with backend.s3.put("s3://…", …)')

    def test_row_1_what_to_catch_of_an_error_without_a_class_is_said(self, run: Run, section: Section) -> None:
        result = run("""
            def test_it(personalize_backend):
                CLIENT.create_dataset_group(name="no blanks")
        """)
        assert "        hint: no class of its own: catch ClientError and look at response['Error']['Code']" in section(
            result, TITLE
        )

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
        ("transitions", "moves", "hinted"),
        [("clock", "", 1), ("clock", "personalize_backend.clock.advance(seconds=1)", 0), ("polls:2", "", 0)],
    )
    def test_who_forgot_to_move_the_clock_is_told(
        self, run: Run, section: Section, transitions: str, moves: str, hinted: int
    ) -> None:
        result = run(f"""
            @pytest.mark.personalize(transitions="{transitions}")
            def test_it(personalize_backend):
                create("films")
                {moves}
                raise LookupError
        """)
        assert sum("clock.skip_sleep()" in line for line in section(result, TITLE)) == hinted

    def test_an_update_under_way_shows_although_its_campaign_is_active(self, run: Run, section: Section) -> None:
        result = run("""
            def test_it(movies_dataset_group, personalize_backend):
                films = movies_dataset_group
                personalize_backend.transitions["campaign"] = "polls:3"
                arn = films.campaigns["aws-sims"]
                CLIENT.update_campaign(campaignArn=arn, minProvisionedTPS=2)
                CLIENT.describe_campaign(campaignArn=arn)
                raise LookupError
        """)
        lines = section(result, TITLE)
        assert "  ACTIVE  campaign: movies-sims (its update: CREATE PENDING)" in lines
        told = next(line for line in lines if line.strip().startswith('{"campaign"'))
        assert told.strip().startswith(
            '{"campaign": {"status": "ACTIVE", "latestCampaignUpdate": {"status": "CREATE PENDING"'
        )

    def test_calls_that_are_alike_are_told_once(self, run: Run, section: Section) -> None:
        result = run("""
            def test_it(personalize_backend):
                create("films")
                for _ in range(1200):
                    CLIENT.list_schemas()
                names()
                raise LookupError
        """)
        lines = section(result, TITLE)
        assert [line.split()[0] for line in lines if " personalize." in line] == ["1", "2", "1202"]
        assert [line for line in lines if "in a row" in line] == ["        1,200 times in a row, the last is 1201"]
        assert "calls:" in lines

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

    def test_what_a_test_mocks_ends_no_run(self, run: Run) -> None:
        result = run("""
            import textwrap

            def test_one(personalize_backend, monkeypatch):
                create("films")
                monkeypatch.setattr(textwrap, "wrap", None)
                raise LookupError

            def test_two(personalize_backend): ...
        """)
        result.assert_outcomes(failed=1, passed=1)
        result.stdout.fnmatch_lines(["E*LookupError", "the calls of the test cannot be shown: TypeError(*"])

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


REFUSED = """
    def ask():
        CLIENT.describe_schema(schemaArn="arn:aws:personalize:us-east-1:123456789012:schema/none")
"""


class TestTracebacks:
    """What a refused call shows: the code under test, and not botocore."""

    TESTS = (
        "def test_it(personalize_backend):\n    ask()",
        "@mock_personalize\ndef test_it():\n    ask()",
        "@mock_personalize\nclass TestIt(unittest.TestCase):\n    def test_it(self):\n        ask()",
    )

    @pytest.mark.parametrize("test", TESTS, ids=["fixture", "decorator", "test case"])
    def test_frames_of_the_libraries_are_left_out(self, test: str, run: Run) -> None:
        result = run(textwrap.dedent(REFUSED) + test)
        result.stdout.no_fnmatch_line("*site-packages*")
        result.stdout.no_fnmatch_line("*pytest_personalize/*.py*")
        result.stdout.fnmatch_lines(
            [
                ">*ask()",
                ">*CLIENT.describe_schema(schemaArn=*",
                "E*ResourceNotFoundException*",
                "test_frames_of_the_libraries_are_left_out.py:*: ResourceNotFoundException",
            ]
        )

    def test_full_trace_shows_them(self, run: Run) -> None:
        result = run(textwrap.dedent(REFUSED) + self.TESTS[0], "--full-trace")
        result.stdout.fnmatch_lines(["*botocore/client.py:*"])

    @pytest.mark.parametrize(
        "keys", ["", ", aws_access_key_id='a', aws_secret_access_key='b'"], ids=["unsigned", "signed"]
    )
    def test_a_blocked_call_shows_where_it_was_made(self, keys: str, run: Run) -> None:
        result = run(f"""
            def test_it():
                client = boto3.client("personalize", region_name="us-east-1"{keys})
                client.list_schemas()
        """)
        result.stdout.fnmatch_lines(
            [">*client.list_schemas()", "E*CallBlocked: ListSchemas of a 'personalize' client*"]
        )
        assert not [line for line in result.outlines if re.match(r".*\.py:\d+: ", line)][1:]

    @pytest.mark.parametrize(
        "line",
        [
            "personalize_backend.seed_from('films', interactions=[{'USER_ID': 'ada'}])",
            "personalize_backend.seed_from('films', interactions='nowhere.csv')",
            "personalize_backend.seed('shpo')",
            "personalize_backend.campaigns['home']",
            "personalize_backend.faults.fail('PutEvents', 'Trottling')",
            "personalize_backend.s3.get('s3://nowhere/file')",
            "create('films'); personalize_backend.wait(personalize_backend.dataset_groups['films'].arn, 'INACTIVE')",
        ],
    )
    def test_what_the_backend_refuses_shows_where_it_was_asked(self, line: str, run: Run) -> None:
        result = run(f"def test_it(personalize_backend):\n    {line}")
        result.stdout.fnmatch_lines([f"> *{line}".replace("[", "[[]"), "E  *Error: *"])
        result.stdout.no_fnmatch_line("*pytest_personalize/*.py*")

    def test_what_the_error_was_made_into_keeps_its_cause_readable(self, run: Run) -> None:
        result = run(
            textwrap.dedent(REFUSED) + "def test_it(personalize_backend):\n    try:\n        ask()\n"
            "    except Exception as error:\n        raise LookupError('no schema') from error"
        )
        result.stdout.fnmatch_lines(["E*ResourceNotFoundException*", "E*LookupError: no schema"])
        result.stdout.no_fnmatch_line("*site-packages*")

    def test_what_a_handler_of_the_user_raises_inside_of_a_call_is_shown(self, run: Run) -> None:
        result = run("""
            def handler(**_):
                raise LookupError("mine")

            def test_it(personalize_backend):
                client = boto3.client("personalize", aws_access_key_id="a", aws_secret_access_key="b")
                client.meta.events.register_first("before-call.personalize", handler)
                client.list_schemas()
        """)
        result.stdout.fnmatch_lines([">*client.list_schemas()", '>*raise LookupError("mine")'])
        result.stdout.no_fnmatch_line("*site-packages*")

    def test_a_client_that_refuses_the_parameters_is_no_different(self, run: Run) -> None:
        result = run("def test_it(personalize_backend):\n    CLIENT.describe_schema()")
        result.stdout.fnmatch_lines(["E*Missing required parameter*"])
        result.stdout.no_fnmatch_line("*site-packages*")

    def test_errors_of_other_clients_are_left_alone(self, run: Run) -> None:
        result = run("""
            def test_it(personalize_backend):
                boto3.client("s3", aws_access_key_id="a", aws_secret_access_key="b").get_object()
        """)
        result.stdout.fnmatch_lines(["*botocore/client.py:*"])


class TestOwn:
    """Only what the failed test did is shown."""

    @pytest.mark.parametrize(
        "test",
        [
            "def test_it(personalize_backend, movies_dataset_group):",
            "@pytest.mark.personalize(preset='movies')\ndef test_it(personalize_backend):",
            "@mock_personalize(preset='movies')\ndef test_it():",
            "def test_before(session_personalize_backend, movies_dataset_group): ...\n"
            "def test_it(session_personalize_backend, movies_dataset_group):",
        ],
        ids=["fixture", "marker", "decorator", "session"],
    )
    def test_the_preset_is_not(self, test: str, run: Run, section: Section) -> None:
        lines = section(run(f"{test}\n    create('films')\n    raise LookupError"), TITLE)
        assert lines[: lines.index("calls:")] == [OWN, FILMS_IS_THERE]

    def test_what_the_test_changed_is(self, run: Run, section: Section) -> None:
        result = run("""
            def test_it(shop_dataset_group):
                arn = shop_dataset_group.recommenders["aws-ecomm-recommended-for-you"]
                CLIENT.stop_recommender(recommenderArn=arn)
                CLIENT.delete_filter(filterArn=shop_dataset_group.filters["up-to-price"])
                raise LookupError
        """)
        lines = section(result, TITLE)
        assert lines[: lines.index("calls:")] == [
            OWN,
            "  INACTIVE  recommender: shop-recommended-for-you",
            "  DELETED   filter: shop-up-to-price",
        ]

    def test_what_an_earlier_test_made_is_not(self, run: Run, section: Section) -> None:
        result = run("""
            def test_one(module_personalize_backend):
                create("books")

            def test_two(module_personalize_backend):
                create("films")
                raise LookupError
        """)
        lines = section(result, TITLE)
        assert lines[: lines.index("calls:")] == [OWN, FILMS_IS_THERE]

    def test_what_a_snapshot_brings_back_is_not(self, run: Run, section: Section) -> None:
        result = run("""
            with mock_personalize() as other:
                create("books")
                BOOKS = other.snapshot()

            def test_it(personalize_backend):
                personalize_backend.restore(BOOKS)
                create("films")
                raise LookupError
        """)
        lines = section(result, TITLE)
        assert lines[: lines.index("calls:")] == [OWN, FILMS_IS_THERE]

    def test_lines_are_at_most_100_columns_wide(self, run: Run, section: Section) -> None:
        result = run("""
            def test_it(shop_dataset_group, personalize_backend, personalize_runtime, personalize_events):
                arn = shop_dataset_group.recommenders["aws-ecomm-recommended-for-you"]
                personalize_runtime.get_recommendations(recommenderArn=arn, userId="u" * 200)
                CLIENT.describe_recommender(recommenderArn=arn)
                with pytest.raises(CLIENT.exceptions.ClientError):
                    CLIENT.describe_recommender(recommenderArn=arn + "x" * 100)
                personalize_backend.faults.fail_job("CreateDatasetGroup", "words and more words " * 20)
                create("films")
                raise LookupError
        """)
        assert max(map(len, section(result, TITLE))) <= 100

    def test_faults_that_no_call_has_met_are_told(self, run: Run, section: Section) -> None:
        result = run("""
            @mock_personalize
            def test_it(personalize_backend):
                personalize_backend.faults.throttle("ListSchemas")
                with pytest.raises(CLIENT.exceptions.ClientError):
                    CLIENT.list_schemas()
        """)
        lines = section(result, TITLE)
        at = lines.index("faults that no call has met:")
        assert lines[at + 1] == "  ListSchemas fails with ThrottlingException (once)"

    def test_the_status_is_first_in_an_answer_that_is_cut(self, run: Run, section: Section) -> None:
        result = run("""
            def test_it(shop_dataset_group):
                arn = shop_dataset_group.recommenders["aws-ecomm-recommended-for-you"]
                CLIENT.describe_recommender(recommenderArn=arn)
                raise LookupError
        """)
        assert section(result, TITLE)[-1].startswith('        {"recommender": {"status": "ACTIVE", ')

    def test_it_is_in_colour_where_pytest_is(self, run: Run) -> None:
        result = run(
            """
            def test_it(personalize_backend):
                create("films")
                personalize_backend.faults.fail_job("CreateDatasetGroup", "no space left")
                create("books")
                raise LookupError
            """,
            "--color=yes",
        )
        assert "  \x1b[32mACTIVE\x1b[0m         dataset-group: films" in result.outlines
        assert "  \x1b[31mCREATE FAILED\x1b[0m  dataset-group: books: no space left" in result.outlines

    def test_calls_that_are_not_kept_are_counted(self, run: Run, section: Section) -> None:
        result = run(
            """
            def test_it(personalize_backend):
                for number in range(30):
                    CLIENT.list_schemas(maxResults=number + 1)
                raise LookupError
            """,
            ini="personalize_calls_kept = 4",
        )
        lines = section(result, TITLE)
        assert lines[0] == "last 4 of 30 calls:"
        assert [line.split()[0] for line in lines[1::2]] == ["27", "28", "29", "30"]


class TestHints:
    """What may have been meant by a name that names nothing: in the report, never in the refusal."""

    ARN = "arn:aws:personalize:us-east-1:123456789012"
    CASES: ClassVar[dict[str, tuple[str, str]]] = {
        "another region": (
            f"""
            create("films")
            there = boto3.client("personalize", "eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
            there.describe_dataset_group(datasetGroupArn="{ARN}:dataset-group/films")
            """,
            "datasetGroupArn: it is in us-east-1, the client is in eu-west-1",
        ),
        "only there": (
            f"""
            there = boto3.client("personalize", "eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
            there.create_dataset_group(name="films")
            CLIENT.describe_dataset_group(datasetGroupArn="{ARN}:dataset-group/films")
            """,
            "datasetGroupArn: there is one of that name, "
            "arn:aws:personalize:eu-west-1:123456789012:dataset-group/films",
        ),
        "another backend": (
            f"""
            create("films")
            with mock_personalize():
                CLIENT.describe_dataset_group(datasetGroupArn="{ARN}:dataset-group/films")
            """,
            "datasetGroupArn: another backend (account 123456789012, us-east-1) has it, "
            "and not the one that answered: use one of them alone",
        ),
        "one of several other backends": (
            f"""
            with mock_personalize(region="eu-west-1"):
                create("films")
                with mock_personalize():
                    CLIENT.describe_dataset_group(datasetGroupArn="{ARN}:dataset-group/films")
            """,
            "datasetGroupArn: another backend (account 123456789012, eu-west-1) has it, "
            "and not the one that answered: use one of them alone",
        ),
        "deleted": (
            f"""
            create("films")
            CLIENT.delete_dataset_group(datasetGroupArn="{ARN}:dataset-group/films")
            CLIENT.describe_dataset_group(datasetGroupArn="{ARN}:dataset-group/films")
            """,
            "datasetGroupArn: it was deleted by call 2, DeleteDatasetGroup",
        ),
        "misspelt": (
            f"""
            create("films")
            create("books")
            CLIENT.describe_dataset_group(datasetGroupArn="{ARN}:dataset-group/flims")
            """,
            f"datasetGroupArn: the nearest is {ARN}:dataset-group/films",
        ),
        "no such kind": (
            f'CLIENT.describe_campaign(campaignArn="{ARN}:campaign/films")',
            "campaignArn: there is no campaign at all",
        ),
        "a recipe": (
            'CLIENT.describe_recipe(recipeArn="arn:aws:personalize:::recipe/aws-sim")',
            "recipeArn: the nearest recipe is arn:aws:personalize:::recipe/aws-sims",
        ),
        "too early": (
            f"""
            personalize_backend.transitions = "polls:2"
            create("films")
            CLIENT.delete_dataset_group(datasetGroupArn="{ARN}:dataset-group/films")
            """,
            "wait for the end of that as at AWS, with Describe; backend.wait(arn) waits until it is ACTIVE",
        ),
        "a name": (
            """
            create("films")
            CLIENT.describe_dataset_group(datasetGroupArn="films")
            """,
            f"datasetGroupArn: it wants an ARN, that of films is {ARN}:dataset-group/films",
        ),
        "a name nearly": (
            """
            shop = personalize_backend.seed("shop")
            CLIENT.describe_filter(filterArn="exclude-purchased")
            """,
            f"filterArn: it wants an ARN, that of shop-exclude-purchased is {ARN}:filter/shop-exclude-purchased",
        ),
        "another kind": (
            """
            shop = personalize_backend.seed("shop")
            CLIENT.describe_campaign(campaignArn=shop.recommenders["Best sellers"])
            """,
            "campaignArn: it wants that of a campaign, this is one of a recommender",
        ),
    }

    @pytest.mark.parametrize("case", list(CASES))
    def test_it_is_named(self, case: str, run: Run, section: Section) -> None:
        calls, hint = self.CASES[case]
        result = run("def test_it(personalize_backend):\n" + textwrap.indent(textwrap.dedent(calls), "    "))
        text = " ".join(" ".join(section(result, TITLE)).split())
        assert f"hint: {hint}" in text
        assert not [line for line in result.outlines if line.startswith("E ") and hint in line]

    def test_of_what_may_be_any_resource_no_kind_is_wanted(self, run: Run, section: Section) -> None:
        result = run("""
            def test_it(shop_dataset_group):
                tags = [{"tagKey": "aws:any", "tagValue": "any"}]
                CLIENT.tag_resource(resourceArn=shop_dataset_group.recommenders["Best sellers"], tags=tags)
        """)
        assert not [line for line in section(result, TITLE) if "this is one of" in line]

    def test_a_tracking_id_is_named(self, run: Run, section: Section) -> None:
        result = run("""
            def test_it(movies_dataset_group, personalize_events):
                print("tracking id", movies_dataset_group.tracking_id)
                event = {"eventType": "Watch", "itemId": "a", "sentAt": 1}
                personalize_events.put_events(trackingId="wrong", sessionId="s", eventList=[event])
        """)
        (printed,) = (line.split()[-1] for line in result.outlines if line.startswith("tracking id"))
        text = " ".join(" ".join(section(result, TITLE)).split())
        assert f"hint: trackingId: the only tracking id is {printed}" in text

    @pytest.mark.parametrize(
        ("given", "hint"),
        [
            ("movies.tracking_id[:-1] + '-'", "the nearest is {movies}"),
            ("'wrong'", "there are 2 tracking ids, none is near"),
        ],
    )
    def test_of_several_tracking_ids_the_nearest_is(self, run: Run, section: Section, given: str, hint: str) -> None:
        result = run(f"""
            def test_it(personalize_backend, personalize_events):
                movies, shop = personalize_backend.seed("movies"), personalize_backend.seed("shop")
                print("tracking id", movies.tracking_id)
                event = {{"eventType": "Watch", "itemId": "a", "sentAt": 1}}
                personalize_events.put_events(trackingId={given}, sessionId="s", eventList=[event])
        """)
        (printed,) = (line.split()[-1] for line in result.outlines if line.startswith("tracking id"))
        text = " ".join(" ".join(section(result, TITLE)).split())
        assert f"hint: trackingId: {hint.format(movies=printed)}" in text

    def test_what_no_name_can_mend_gets_none(self, run: Run, section: Section) -> None:
        """A role is none of the service, and a tracking id that is right is not the reason."""
        result = run("""
            def test_it(movies_dataset_group, personalize_backend, personalize_events):
                role = "arn:aws:iam::123456789012:role/films"
                with pytest.raises(CLIENT.exceptions.ClientError):
                    CLIENT.create_dataset_group(name="movies", roleArn=role, kmsKeyArn=role)
                personalize_backend.faults.fail("PutEvents", "InternalFailure", times=None)
                event = {"eventType": "Watch", "itemId": "a", "sentAt": 1}
                tracking_id = movies_dataset_group.tracking_id
                personalize_events.put_events(trackingId=tracking_id, sessionId="s", eventList=[event])
        """)
        lines = section(result, TITLE)
        assert any("role/films" in line for line in lines)
        assert not [line for line in lines if "hint:" in line and ("roleArn" in line or "trackingId" in line)]

    def test_what_is_there_gets_none(self, run: Run, section: Section) -> None:
        result = run(f"""
            def test_it(personalize_backend):
                create("films")
                personalize_backend.faults.fail("DescribeDatasetGroup", "InternalFailure", times=None)
                CLIENT.describe_dataset_group(datasetGroupArn="{FILMS}")
        """)
        assert not [line for line in section(result, TITLE) if "hint:" in line]


class TestStrictFaults:
    """A fault that a test declares and never meets."""

    UNMET = """
        def test_it(personalize_backend):
            personalize_backend.faults.throttle("ListSchemas", times=2)
    """

    def test_it_is_an_error_of_a_test_that_passed(self, run: Run) -> None:
        result = run(self.UNMET)
        result.assert_outcomes(passed=1, errors=1)
        result.stdout.fnmatch_lines(
            [
                "the test passed without meeting faults that it declared:",
                "  ListSchemas fails with ThrottlingException (2 times)",
                "*personalize_strict_faults = false in the ini file.",
            ]
        )

    def test_the_ini_file_can_allow_it(self, run: Run) -> None:
        run(self.UNMET, ini="personalize_strict_faults = false").assert_outcomes(passed=1)

    @pytest.mark.parametrize(
        "line",
        [
            "faults.throttle('ListSchemas', times=2); CLIENT.list_schemas()",
            "faults.throttle('ListSchemas', times=None)",
            "faults.latency('ListSchemas', 3, times=1)",
            "faults.chaos(3)",
            "faults.throttle('ListSchemas'); faults.clear()",
            "faults.throttle('ListSchemas'); personalize_backend.restore(personalize_backend.snapshot())",
        ],
        ids=["met once", "always", "latency", "chaos", "taken back", "restored"],
    )
    def test_no_error(self, line: str, run: Run) -> None:
        run(f"def test_it(personalize_backend):\n    faults = personalize_backend.faults\n    {line}").assert_outcomes(
            passed=1
        )

    @pytest.mark.parametrize(
        "test",
        [
            "def test_it():\n    with mock_personalize() as backend:\n        backend.faults.throttle('ListSchemas')",
            "def test_it(module_personalize_backend):\n    module_personalize_backend.faults.throttle('ListSchemas')",
        ],
        ids=["context manager", "module"],
    )
    def test_only_backends_of_one_test_are_checked(self, test: str, run: Run) -> None:
        run(test).assert_outcomes(passed=1)

    def test_a_test_that_failed_is_not_told(self, run: Run) -> None:
        run(f"{textwrap.dedent(self.UNMET)}    raise LookupError").assert_outcomes(failed=1)


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

    def test_a_family_that_is_used_whole_is_not_among_the_unused(self, run: Run, section: Section) -> None:
        result = run(
            """
            def test_it(shop_dataset_group, movies_dataset_group, personalize_runtime, actions_dataset_group):
                campaigns = movies_dataset_group.campaigns
                arn = campaigns["aws-personalized-ranking-v2"]
                personalize_runtime.get_personalized_ranking(campaignArn=arn, userId="user-ada", inputList=["a"])
                arn = campaigns["aws-user-personalization-v2"]
                personalize_runtime.get_recommendations(campaignArn=arn, userId="user-ada")
                arn = actions_dataset_group.campaigns["aws-next-best-action"]
                personalize_runtime.get_action_recommendations(campaignArn=arn, userId="user-ada")
            """,
            "--personalize-report",
        )
        lines = section(result, f"{TITLE}: usage")
        assert "personalize-runtime: 3 of 3 operations used" in lines
        assert not [line for line in lines if line.startswith("  never used of recommendations")]

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

    def test_calls_that_are_not_kept_count_as_well(self, run: Run, section: Section) -> None:
        lines = section(run(self.MODULE, "--personalize-report", ini="personalize_calls_kept = 0"), f"{TITLE}: usage")
        assert tuple(lines[:3]) == self.USED

    def test_invisible_characters_are_written_out(self, run: Run, section: Section) -> None:
        result = run(
            r"""
            def test_it(personalize_backend):
                personalize_backend.faults.fail("ListSchemas", "\x1b[31m\u202eTeapot", any_code=True)
                with pytest.raises(CLIENT.exceptions.ClientError):
                    CLIENT.list_schemas()
            """,
            "--personalize-report",
        )
        assert section(result, f"{TITLE}: usage")[-1] == r"       1 \u001b[31m\u202eTeapot of ListSchemas"


class TestCosts:
    MODULE = """
        @pytest.mark.parametrize("number", range(3))
        def test_it(movies_dataset_group, personalize, number):
            version = movies_dataset_group.solution_versions["aws-sims"]
            personalize.create_campaign(name=f"mine-{number}", solutionVersionArn=version)
    """
    LINES = (
        f"waited, one thing after the other: {3 * 630 / 3600:.2f} hours",
        "left standing at the end of a test:",
        "  test_costs.py::test_it[0]: campaign mine-0",
        "  test_costs.py::test_it[1]: campaign mine-1",
        "  test_costs.py::test_it[2]: campaign mine-2",
    )

    def test_costs(self, run: Run, section: Section) -> None:
        result = run(self.MODULE, "--personalize-report")
        assert tuple(section(result, f"{TITLE}: what it would have cost")) == self.LINES

    def test_what_takes_no_time_has_no_section(self, run: Run) -> None:
        result = run("def test_it(personalize): personalize.list_schemas()", "--personalize-report")
        result.stdout.no_fnmatch_line("*what it would have cost*")

    def test_of_many_tests_the_first_are_named(self, run: Run, section: Section) -> None:
        result = run(self.MODULE.replace("range(3)", "range(23)"), "--personalize-report")
        lines = section(result, f"{TITLE}: what it would have cost")
        assert len(lines) == 23
        assert lines[-1] == "  and at the end of 3 more"


class TestPolicy:
    MODULE = """
        @pytest.mark.parametrize("number", range(3))
        def test_it(personalize_backend, number):
            create(f"films-{number}")
            CLIENT.list_dataset_groups()
    """
    STATEMENTS: ClassVar = [
        {
            "Sid": "AnyResource",
            "Effect": "Allow",
            "Action": ["personalize:ListDatasetGroups"],
            "Resource": ["*"],
        },
        {
            "Sid": "DatasetGroup",
            "Effect": "Allow",
            "Action": ["personalize:CreateDatasetGroup"],
            "Resource": ["arn:aws:personalize:us-east-1:123456789012:dataset-group/*"],
        },
    ]

    def test_it_is_written_where_the_run_was_started(self, run: Run, pytester: pytest.Pytester) -> None:
        result = run(self.MODULE, "--personalize-policy=some/policy.json")
        file = pytester.path / "some" / "policy.json"
        assert json.loads(file.read_text("utf-8")) == {"Version": "2012-10-17", "Statement": self.STATEMENTS}
        result.stdout.fnmatch_lines(
            [f"personalize: policy in {file}", f"Amazon Personalize: a policy of 2 actions in {file}"]
        )

    def test_a_file_that_cannot_be_written_is_an_error_before_the_tests(self, run: Run, tmp_path: Path) -> None:
        result = run(self.MODULE, f"--personalize-policy={tmp_path}")
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        result.stderr.fnmatch_lines([f"ERROR: --personalize-policy: {tmp_path}: Is a directory"])


def test_what_can_no_longer_be_written_at_the_end_takes_nothing_from_the_run(run: Run, tmp_path: Path) -> None:
    result = run(
        f"""
        def test_it(personalize_backend):
            assert 0

        def test_that_clears_up():
            import shutil
            shutil.rmtree({str(tmp_path / "out")!r})
        """,
        f"--personalize-policy={tmp_path}/out/policy.json",
        f"--personalize-trace={tmp_path}/out/traces",
    )
    result.assert_outcomes(passed=1, failed=1)
    for name in ("policy.json", "traces/index.html"):
        result.stdout.fnmatch_lines([f"*in {tmp_path}/out/{name}, which cannot be written: No such file or directory"])
