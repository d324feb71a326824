"""``pytest-personalize mirror``: a real account's set-up as a state file."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from attrs import evolve

from pytest_personalize import PersonalizeBackend, mock_personalize
from pytest_personalize.mirroring.ids import ids_like
from pytest_personalize.mirroring.reading import Inventory, connection, read
from pytest_personalize.mirroring.rebuilding import Rows, rebuild
from pytest_personalize.testing.saving import save

if TYPE_CHECKING:
    from tests.mirroring.conftest import Account, Ran

    Mirror = Callable[..., Ran]

LARGE = "111122223333"
HOME, EUROPE, SYDNEY = "us-east-1", "eu-west-1", "ap-southeast-2"
KINDS = (
    "schema",
    "dataset_group",
    "dataset",
    "event_tracker",
    "metric_attribution",
    "filter",
    "solution",
    "solution_version",
    "campaign",
    "recommender",
)


def arns(client: Any, kind: str) -> list[str]:
    """The ARNs that all pages of a list have."""
    member = "".join(word.title() for word in kind.split("_"))
    pages = client.get_paginator(f"list_{kind}s").paginate()
    listed = (one for page in pages for value in page.values() if isinstance(value, list) for one in value)
    return [one[f"{member[0].lower()}{member[1:]}Arn"] for one in listed]


def described(client: Any, kind: str) -> dict[str, Any]:
    """What Describe says of all resources of a kind."""
    member = "".join(word.title() for word in kind.split("_"))
    describe = getattr(client, f"describe_{kind}")
    found = {}
    for arn in arns(client, kind):
        answer = describe(**{f"{member[0].lower()}{member[1:]}Arn": arn})
        found[arn] = next(value for name, value in answer.items() if name != "ResponseMetadata")
    return found


SESSION = boto3.Session()


@cache
def mocked(service: Any = "personalize", region: str = HOME) -> Any:
    return SESSION.client(service, region_name=region, aws_access_key_id="mocked", aws_secret_access_key="mocked")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state file of the large account, once ``_written`` has been asked for."""
    return tmp_path_factory.mktemp("mirror") / "personalize.json"


class TestOfALargeAccount:
    """200 resources in three regions; the file is written once for all of these tests."""

    @pytest.fixture(autouse=True)
    def _written(self, large: Account, file: Path, mirror: Mirror) -> None:
        if file.exists():
            return
        regions = (option for region in (HOME, EUROPE, SYDNEY) for option in ("--region", region))
        ran = mirror(large, *regions, "--out", file)
        assert (ran.code, ran.err) == (0, "")
        assert ran.out.startswith(f"{file}: resources of account {LARGE}")

    def test_it_asks_for_lists_and_descriptions_alone(self, large: Account) -> None:
        calls = large.admin("calls")["calls"]
        assert calls
        assert all(call["operation"].startswith(("List", "Describe")) for call in calls)

    @pytest.mark.parametrize("region", [HOME, EUROPE, SYDNEY])
    def test_everything_is_there_as_it_is_described(self, large: Account, file: Path, region: str) -> None:
        client = large.client(region=region)
        real = {kind: described(client, kind) for kind in KINDS}
        with mock_personalize(state=file):
            assert {kind: described(mocked(region=region), kind) for kind in KINDS} == real

    def test_that_is_two_hundred_resources(self, file: Path) -> None:
        assert len(PersonalizeBackend.load(file).all_resources()) >= 200

    def test_tags_are_there(self, large: Account, file: Path) -> None:
        (tagged,) = [arn for arn in arns(large.client(region=EUROPE), "filter") if arn.endswith("/other-genres")]
        with mock_personalize(state=file):
            tags = mocked(region=EUROPE).list_tags_for_resource(resourceArn=tagged)["tags"]
        assert tags == [{"tagKey": "team", "tagValue": "search"}]

    def test_campaigns_and_recommenders_answer_under_their_arns(self, file: Path) -> None:
        prefix = f"arn:aws:personalize:{HOME}:{LARGE}"
        with mock_personalize(state=file) as backend:
            rows = backend.records(f"{prefix}:dataset/movies/INTERACTIONS")
            answers = [
                mocked("personalize-runtime").get_recommendations(**source, userId=rows[0]["USER_ID"])["itemList"]
                for source in (
                    {"campaignArn": f"{prefix}:campaign/movies-user-personalization-v2"},
                    {"recommenderArn": f"{prefix}:recommender/shop-recommended-for-you"},
                )
            ]
        assert [len(items) for items in answers] == [25, 25]

    def test_filters_hold(self, file: Path) -> None:
        prefix = f"arn:aws:personalize:{EUROPE}:{LARGE}"
        runtime = mocked("personalize-runtime", EUROPE)

        def items(**options: Any) -> set[str]:
            answer = runtime.get_recommendations(
                campaignArn=f"{prefix}:campaign/follower", userId=user, numResults=100, **options
            )
            return {item["itemId"] for item in answer["itemList"]}

        with mock_personalize(state=file) as backend:
            rows = backend.records(f"{prefix}:dataset/films/ITEMS")
            user = backend.records(f"{prefix}:dataset/films/INTERACTIONS")[0]["USER_ID"]
            genre = str(rows[0]["GENRE"])
            of_genre = {row["ITEM_ID"] for row in rows if genre in str(row["GENRE"]).split("|")}
            left = items(filterArn=f"{prefix}:filter/other-genres", filterValues={"GENRE": f'"{genre}"'})
            assert left
            assert items() & of_genre
            assert left.isdisjoint(of_genre)

    def test_events_come_in_under_the_tracking_id(self, large: Account, file: Path) -> None:
        trackers = described(large.client(region=EUROPE), "event_tracker").values()
        (tracking_id,) = [tracker["trackingId"] for tracker in trackers]
        event = {"eventType": "watch", "sentAt": 1_700_000_000, "itemId": "film-new"}
        with mock_personalize(state=file) as backend:
            mocked("personalize-events", EUROPE).put_events(
                trackingId=tracking_id, userId="ada", sessionId="s", eventList=[event]
            )
            last = backend.records(f"arn:aws:personalize:{EUROPE}:{LARGE}:dataset/films/INTERACTIONS")[-1]
        assert (last["USER_ID"], last["ITEM_ID"]) == ("ada", "film-new")

    def test_there_may_be_as_many_as_there_are_and_no_more(self, file: Path) -> None:
        with mock_personalize(state=file):
            group = f"arn:aws:personalize:{HOME}:{LARGE}:dataset-group/movies"
            campaigns = len(arns(mocked(), "campaign"))
            version = arns(mocked(), "solution_version")[0]
            assert campaigns > 5
            with pytest.raises(mocked().exceptions.LimitExceededException):
                mocked().create_campaign(name="more", solutionVersionArn=version)
            assert mocked().list_solutions(datasetGroupArn=group)["solutions"]

    def test_no_secret_is_in_the_file(self, file: Path) -> None:
        text = file.read_text()
        assert "a-secret-that-nobody-may-see" not in text
        assert "127.0.0.1" not in text

    def test_the_file_is_up_to_date(self, large: Account, file: Path, mirror: Mirror) -> None:
        ran = mirror(large, "--check", file)
        assert (ran.code, ran.out, ran.err) == (0, f"{file} is up to date\n", "")


class TestOptions:
    def test_group_takes_what_belongs_to_it(self, large: Account, mirror: Mirror, tmp_path: Path) -> None:
        file = tmp_path / "personalize.json"
        assert mirror(large, "--region", SYDNEY, "--group", "actions", "--out", file).code == 0
        backend = PersonalizeBackend.load(file)
        assert list(backend.dataset_groups) == ["actions"]
        assert {dataset.schema_arn for dataset in backend.datasets.values()} == {
            schema.schema_arn for schema in backend.schemas.values()
        }
        assert mirror(large, "--check", file, "--group", "actions").code == 0

    def test_account_takes_the_place_of_all_account_ids(self, large: Account, mirror: Mirror, tmp_path: Path) -> None:
        file = tmp_path / "personalize.json"
        assert mirror(large, "--region", EUROPE, "--account", "123456789012", "--out", file).code == 0
        assert LARGE not in file.read_text()
        with mock_personalize(state=file):
            group = described(mocked(region=EUROPE), "dataset_group")[
                f"arn:aws:personalize:{EUROPE}:123456789012:dataset-group/encrypted"
            ]
        assert group["roleArn"] == "arn:aws:iam::123456789012:role/data"
        assert mirror(large, "--check", file).code == 0

    def test_like_shows_the_form_of_ids(self, small: Account, mirror: Mirror, tmp_path: Path) -> None:
        file = tmp_path / "personalize.json"
        like = ("--like", "user=U000123", "item=B00ABC", "item=B09XYZ")
        assert mirror(small, "--region", HOME, *like, "--out", file).code == 0
        backend = PersonalizeBackend.load(file)
        rows = backend.records(next(iter(backend.datasets.values())).dataset_arn)
        users, items = ({str(row[column]) for row in rows} for column in ("USER_ID", "ITEM_ID"))
        assert {"U000123", "U000124", "U000172"} <= users
        assert {"B00ABC", "B00ABD", "B09XYZ", "B09XZA"} <= items
        assert all(user.startswith("U000") for user in users)

    def test_of_a_short_form_there_are_as_many_as_it_has(self) -> None:
        assert ids_like(["item=8", "user=z9"])["ITEM_ID"] == [*"8901234567"]
        assert ids_like(["item=8", "user=z9"])["USER_ID"][:3] == ["z9", "a0", "a1"]

    def test_data_take_the_place_of_samples(self, small: Account, mirror: Mirror, tmp_path: Path) -> None:
        arn = f"arn:aws:personalize:{HOME}:{small.id}:dataset/films/INTERACTIONS"
        csv, file = tmp_path / "rows.csv", tmp_path / "personalize.json"
        csv.write_text("USER_ID,ITEM_ID,TIMESTAMP\nada,heat,1\nben,heat,2\n")
        assert mirror(small, "--region", HOME, "--data", f"{arn}={csv}", "--out", file).code == 0
        rows = PersonalizeBackend.load(file).records(arn)
        assert [(row["USER_ID"], row["ITEM_ID"]) for row in rows] == [("ada", "heat"), ("ben", "heat")]


class TestWhatCannotBe:
    def test_a_kind_that_nobody_may_list_is_one_line(self, small: Account, mirror: Mirror, tmp_path: Path) -> None:
        small.client().create_dataset_group(name="a-second-one-to-list-them-of")
        fault = {"fault": "fail", "operation": "ListFilters", "code": "AccessDeniedException", "times": None}
        small.admin("faults", {**fault, "message": "not for you", "any_code": True})
        file = tmp_path / "personalize.json"
        ran = mirror(small, "--region", HOME, "--out", file)
        assert (ran.code, ran.err) == (1, f"ListFilters is not allowed in {HOME}: not for you\n")
        assert len(PersonalizeBackend.load(file).campaigns) == 1

    def test_what_has_failed_is_left_out_and_named(self, small: Account, mirror: Mirror, tmp_path: Path) -> None:
        small.admin("faults", {"fault": "fail_job", "operation": "CreateSolutionVersion", "reason": "no luck"})
        solution = arns(small.client(), "solution")[0]
        version = small.client().create_solution_version(solutionArn=solution)["solutionVersionArn"]
        file = tmp_path / "personalize.json"
        ran = mirror(small, "--region", HOME, "--out", file)
        assert (ran.code, ran.err) == (0, f"{version} is CREATE FAILED: left out\n")
        assert version not in [one.arn for one in PersonalizeBackend.load(file).all_resources()]

    def test_what_is_gone_when_it_is_looked_at_is_left_out(
        self, small: Account, mirror: Mirror, tmp_path: Path
    ) -> None:
        fault = {"fault": "fail", "operation": "DescribeCampaign", "code": "ResourceNotFoundException"}
        small.admin("faults", fault)
        file = tmp_path / "personalize.json"
        ran = mirror(small, "--region", HOME, "--out", file)
        assert (ran.code, ran.err) == (0, "")
        backend = PersonalizeBackend.load(file)
        assert (len(backend.solution_versions), len(backend.campaigns)) == (1, 0)

    def test_an_account_that_is_busy_is_waited_for(self, small: Account, mirror: Mirror, tmp_path: Path) -> None:
        small.admin("faults", {"fault": "throttle", "operation": "ListDatasetGroups", "times": 3})
        ran = mirror(small, "--region", HOME, "--out", tmp_path / "personalize.json")
        assert (ran.code, ran.err) == (0, "")

    def test_an_account_that_is_ill_is_a_line(self, small: Account, mirror: Mirror, tmp_path: Path) -> None:
        fault = {"fault": "fail", "operation": "ListFilters", "code": "InvalidNextTokenException"}
        small.admin("faults", {**fault, "message": "it is not our day"})
        ran = mirror(small, "--region", HOME, "--out", tmp_path / "personalize.json")
        assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
        assert "it is not our day" in ran.err

    def test_ctrl_c_ends_it_without_a_word(
        self, mirror: Mirror, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        def connect(*_: Any) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("pytest_personalize.mirroring.command.connection", connect)
        ran = mirror(None, "--region", HOME, "--out", tmp_path / "personalize.json")
        assert (ran.code, ran.out, ran.err) == (130, "", "")

    def test_refused_credentials_are_a_line(self, small: Account, mirror: Mirror, tmp_path: Path) -> None:
        fault = {"fault": "fail", "operation": "ListDatasetGroups", "code": "UnrecognizedClientException"}
        small.admin("faults", {**fault, "message": "The security token is invalid.", "any_code": True})
        ran = mirror(small, "--region", HOME, "--out", tmp_path / "personalize.json")
        assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
        assert "The security token is invalid." in ran.err
        assert not (tmp_path / "personalize.json").exists()

    def test_rows_that_do_not_fit_are_a_line(self, small: Account, mirror: Mirror, tmp_path: Path) -> None:
        arn = f"arn:aws:personalize:{HOME}:{small.id}:dataset/films/INTERACTIONS"
        csv = tmp_path / "rows.csv"
        csv.write_text("USER_ID,ITEM_ID,TIMESTAMP\nada,heat,yesterday\n")
        ran = mirror(small, "--region", HOME, "--data", f"{arn}={csv}", "--out", tmp_path / "personalize.json")
        assert (ran.code, ran.err.count("\n")) == (2, 1)
        assert "yesterday" in ran.err

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            (("--region", HOME), "one of --out FILE and --check FILE is needed"),
            (("--out", "p.json"), "--region is needed"),
            (("--region", HOME, "--out", "p.json", "--reigon", "x"), "no option '--reigon'"),
            (("--region", "earth", "--out", "p.json"), "region must be one of AWS"),
            (("--region", HOME, "--out", "p.json", "--account", "1"), "account_id must be 12 digits"),
            (("--region", HOME, "--out", "p.json", "--like", "usr=1"), "did you mean 'user'?"),
            (("--region", HOME, "--out", "p.json", "--data", "rows.csv"), "--data is ARN=FILE"),
            (("--region", HOME, "--out", "p.json", "--data", "arn:x=missing.csv"), "missing.csv"),
            (("--region", HOME, "--out", "p.json", "--profile", "missing"), "missing"),
            (("--region", HOME, "--out", "p.json", "--endpoint-url", "http://127.0.0.1:1"), "http://127.0.0.1:1"),
            (("--region", HOME, "--out", "p.json", "--endpoint-url", "nowhere"), "nowhere"),
            (("--check", "p.json", "--account", "111122223333"), "--account does not go with --check"),
            (("--check", "p.json", "--like", "user=U1"), "--like does not go with --check"),
            (("--check", "missing.json"), "missing.json"),
            (("--check", __file__), "is damaged, or no saved backend"),
        ],
    )
    def test_what_nobody_could_mean_is_a_line(self, mirror: Mirror, options: tuple[str, ...], said: str) -> None:
        ran = mirror(None, *options)
        assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
        assert said in ran.err

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            (("--group", "flims"), "did you mean 'films'?"),
            (
                ("--data", f"arn:aws:personalize:{HOME}:444455556666:dataset/films/USERS={__file__}"),
                "there is no dataset",
            ),
            (("--region", "eu-central-1", "--group", "films", "--group", "x"), "no dataset group 'x'"),
            (("--out", "/nowhere/at/all.json"), "/nowhere/at"),
        ],
    )
    def test_what_the_account_does_not_have_is_a_line(
        self, small: Account, mirror: Mirror, tmp_path: Path, options: tuple[str, ...], said: str
    ) -> None:
        ran = mirror(small, "--region", HOME, "--out", tmp_path / "p.json", *options)
        assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
        assert said in ran.err

    def test_regions_without_anything_are_a_line(self, small: Account, mirror: Mirror, tmp_path: Path) -> None:
        ran = mirror(small, "--region", "eu-central-1", "--out", tmp_path / "p.json")
        assert (ran.code, ran.err) == (
            2,
            "pytest-personalize mirror: nothing of Amazon Personalize is in eu-central-1\n",
        )


class TestRebuilding:
    """What no server of ours has, and an account may."""

    @pytest.fixture
    def inventory(self, small: Account, monkeypatch: pytest.MonkeyPatch) -> Inventory:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", small.id)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        return read(connection(None, small.url), [HOME])

    def change(self, inventory: Inventory, kind: str, **members: Any) -> Inventory:
        """The inventory with other members in all resources of a kind."""
        found = [
            evolve(each, members={**each.members, **members}) if each.kind.name == kind else each
            for each in inventory.regions[HOME]
        ]
        return evolve(inventory, regions={HOME: found})

    def test_a_tracker_takes_events_whatever_its_arn_is(self, inventory: Inventory, tmp_path: Path) -> None:
        arn = f"arn:aws:personalize:{HOME}:444455556666:event-tracker/0123abcd"
        changed = self.change(inventory, "event-tracker", eventTrackerArn=arn, trackingId="of-the-account")
        rebuilt = rebuild(changed, "444455556666", Rows())
        assert rebuilt.left_out == []
        save(tmp_path / "state.json", rebuilt.saved)
        event = {"eventType": "watch", "sentAt": 1_700_000_000, "itemId": "film-new"}
        with mock_personalize(state=tmp_path / "state.json") as backend:
            mocked("personalize-events").put_events(
                trackingId="of-the-account", userId="ada", sessionId="s", eventList=[event]
            )
            rows = backend.records(f"arn:aws:personalize:{HOME}:444455556666:dataset/films/INTERACTIONS")
            assert next(iter(backend.event_trackers.values())).arn == arn
        assert rows[-1]["USER_ID"] == "ada"

    def test_what_cannot_be_made_here_is_named_with_all_that_needs_it(self, inventory: Inventory) -> None:
        changed = self.change(inventory, "solution", recipeArn="arn:aws:personalize:::recipe/aws-of-tomorrow")
        left_out = rebuild(changed, "444455556666", Rows()).left_out
        kinds = [line.partition(" cannot be made here: ")[0].split(":")[5].partition("/")[0] for line in left_out]
        assert kinds == ["solution", "solution", "campaign"]
        assert "aws-of-tomorrow" in left_out[0]

    def test_what_cannot_be_trained_here_is_named_with_its_reason(self, inventory: Inventory) -> None:
        recipe = "arn:aws:personalize:::recipe/aws-item-attribute-affinity"
        changed = self.change(inventory, "solution", recipeArn=recipe)
        left = [each for each in changed.regions[HOME] if not each.arn.endswith(":dataset/films/ITEMS")]
        (version, campaign) = rebuild(evolve(changed, regions={HOME: left}), "444455556666", Rows()).left_out
        reason = "Dataset of type ITEMS is required by aws-item-attribute-affinity but does not exist."
        assert version.endswith(f" cannot be made here: {reason}")
        assert ":campaign/" in campaign

    def test_an_update_that_is_under_way_has_not_happened(self, inventory: Inventory, tmp_path: Path) -> None:
        update = {"status": "UPDATE IN_PROGRESS", "minProvisionedTPS": 9, "creationDateTime": 1_700_000_000.0}
        changed = self.change(inventory, "campaign", latestCampaignUpdate=update)
        save(tmp_path / "state.json", rebuild(changed, "444455556666", Rows()).saved)
        with mock_personalize(state=tmp_path / "state.json"):
            (campaign,) = described(mocked(), "campaign").values()
        assert (campaign["status"], campaign["minProvisionedTPS"]) == ("ACTIVE", 1)
        assert "latestCampaignUpdate" not in campaign


class TestDrift:
    def test_what_only_one_of_them_has(self, small: Account, mirrored: Path, mirror: Mirror) -> None:
        client = small.client()
        (campaign,), (group,) = arns(client, "campaign"), arns(client, "dataset_group")
        client.delete_campaign(campaignArn=campaign)
        new = client.create_filter(
            name="new", datasetGroupArn=group, filterExpression='INCLUDE ItemID WHERE Items.GENRE IN ("Crime")'
        )["filterArn"]
        ran = mirror(small, "--check", mirrored)
        assert (ran.code, ran.out.splitlines()) == (
            1,
            [
                f"+ {new} is in the account only",
                f"- {campaign} is in the file only",
                f"{mirrored} and the account differ in 2 places",
            ],
        )

    def test_members_that_differ(self, small: Account, mirrored: Path, mirror: Mirror) -> None:
        client = small.client()
        (campaign,) = arns(client, "campaign")
        client.update_campaign(campaignArn=campaign, minProvisionedTPS=7)
        client.tag_resource(resourceArn=campaign, tags=[{"tagKey": "stage", "tagValue": "live"}])
        ran = mirror(small, "--check", mirrored)
        assert (ran.code, ran.out.splitlines()[:2]) == (
            1,
            [
                f"~ {campaign}: min_provisioned_tps is 7 in the account, 1 in the file",
                f'~ {campaign}: tags is {{"stage": "live"}} in the account, {{}} in the file',
            ],
        )

    @pytest.mark.parametrize("operation", ["ListTagsForResource", "ListSolutions", "DescribeFilter"])
    def test_of_what_may_not_be_read_nothing_is_said_but_that(
        self, small: Account, mirror: Mirror, tmp_path: Path, operation: str
    ) -> None:
        client, file = small.client(), tmp_path / "personalize.json"
        (group,) = arns(client, "dataset_group")
        expression = 'INCLUDE ItemID WHERE Items.GENRE IN ("Crime")'
        tags = [{"tagKey": "stage", "tagValue": "live"}]
        client.create_filter(name="new", datasetGroupArn=group, filterExpression=expression, tags=tags)
        assert mirror(small, "--region", HOME, "--out", file).code == 0
        fault = {"fault": "fail", "operation": operation, "code": "AccessDeniedException", "times": None}
        small.admin("faults", {**fault, "message": "not for you", "any_code": True})
        ran = mirror(small, "--check", file)
        assert (ran.code, ran.err) == (1, f"{operation} is not allowed in {HOME}: not for you\n")
        assert ran.out == f"{file} is up to date, as far as it can be read\n"


def test_a_damaged_save_of_another_form_is_named(mirrored: Path, mirror: Mirror) -> None:
    saved = json.loads(mirrored.read_text())
    mirrored.write_text(json.dumps(saved | {"version": 99}))
    ran = mirror(None, "--check", mirrored)
    assert (ran.code, "newer pytest-personalize" in ran.err) == (2, True)
