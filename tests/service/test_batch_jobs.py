"""Batch inference and batch segment jobs: lines in, lines out, in the formats that real jobs wrote."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from making import Shop, Workshop, avro
from pytest_personalize import PersonalizeBackend
from pytest_personalize.data.errors import StoreError
from pytest_personalize.data.stores import MemoryStore
from pytest_personalize.service.jobs.batch import java_double
from pytest_personalize.service.kernel import lifecycle

INVALID = "InvalidInputException"
ROLE = "arn:aws:iam::123456789012:role/PersonalizeRole"
SCORE = re.compile(r"\d\.\d{1,7}(E-\d)?")


class Jobs:
    """Starts batch jobs on a shop and reads what they wrote."""

    def __init__(self, shop: Shop, backend: PersonalizeBackend) -> None:
        self.shop = shop
        self.client = shop.personalize
        self.s3 = backend.s3

    def put(self, lines: list[Any], uri: str = "s3://in/users.json") -> str:
        text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
        self.s3.put(uri, text.encode())
        return uri

    def infer(self, version: str, source: str, target: str = "s3://out/", **members: Any) -> dict[str, Any]:
        """How a batch inference job ended."""
        arn = self.client.create_batch_inference_job(
            jobName=self.shop.workshop.name("job"),
            solutionVersionArn=version,
            jobInput={"s3DataSource": {"path": source}},
            jobOutput={"s3DataDestination": {"path": target}},
            roleArn=ROLE,
            **members,
        )["batchInferenceJobArn"]
        return dict(self.client.describe_batch_inference_job(batchInferenceJobArn=arn)["batchInferenceJob"])

    def segment(self, version: str, source: str, target: str = "s3://out/", **members: Any) -> dict[str, Any]:
        """How a batch segment job ended."""
        arn = self.client.create_batch_segment_job(
            jobName=self.shop.workshop.name("job"),
            solutionVersionArn=version,
            jobInput={"s3DataSource": {"path": source}},
            jobOutput={"s3DataDestination": {"path": target}},
            roleArn=ROLE,
            **members,
        )["batchSegmentJobArn"]
        return dict(self.client.describe_batch_segment_job(batchSegmentJobArn=arn)["batchSegmentJob"])

    def lines(self, uri: str = "s3://out/users.json.out") -> list[str]:
        return self.s3.get(uri).decode().splitlines()

    def records(self, uri: str = "s3://out/users.json.out") -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines(uri)]


@pytest.fixture
def jobs(shop: Shop, backend: PersonalizeBackend) -> Jobs:
    return Jobs(shop, backend)


@pytest.mark.parametrize(("length", "answered"), [(0, False), (1, True), (256, True), (257, False)])
def test_an_id_in_a_line_has_1_to_256_characters(jobs: Jobs, length: int, answered: bool) -> None:
    version = jobs.shop.version("aws-user-personalization")
    jobs.infer(version, jobs.put([{"userId": "u" * length}, {"userId": "user-0"}]), numResults=1)
    assert [record["error"] is None for record in jobs.records()] == [answered, True]


@pytest.mark.parametrize(
    ("recipe", "line", "error"),
    [
        ("aws-user-personalization", {"user_id": "user-0"}, "The line has no userId, it has user_id."),
        ("aws-user-personalization", {}, "The line has no userId, it has nothing."),
        ("aws-similar-items", {"userId": "user-0"}, "The line has no itemId, it has userId."),
        ("aws-personalized-ranking", {"inputList": ["item-02"]}, "The line has no itemList, it has inputList."),
    ],
)
def test_a_line_without_its_member_is_told_what_it_has(jobs: Jobs, recipe: str, line: object, error: str) -> None:
    jobs.infer(jobs.shop.version(recipe), jobs.put([line]))
    assert [record["error"] for record in jobs.records()] == [error]


def test_a_line_of_a_personal_recipe_has_items_and_scores_in_compact_form(jobs: Jobs) -> None:
    version = jobs.shop.version("aws-user-personalization")
    assert jobs.infer(version, jobs.put([{"userId": "user-0"}]), numResults=3)["status"] == "ACTIVE"
    (line,) = jobs.lines()
    pattern = (
        r'\{"input":\{"userId":"user-0"\},"output":\{"recommendedItems":\[(.*)\],"scores":\[(.*)\]\},"error":null\}'
    )
    matched = re.fullmatch(pattern, line)
    assert matched
    assert len(matched[1].split(",")) == 3
    assert all(SCORE.fullmatch(score) for score in matched[2].split(","))


def test_lines_agree_with_the_answers_in_real_time(jobs: Jobs) -> None:
    version = jobs.shop.version("aws-user-personalization-v2")
    campaign = jobs.client.create_campaign(name="live", solutionVersionArn=version)["campaignArn"]
    jobs.infer(version, jobs.put([{"userId": user} for user in ("user-3", "nobody", "user-4")]), numResults=7)
    for record in jobs.records():
        live = jobs.shop.recommend(campaign, userId=record["input"]["userId"], numResults=7)
        assert record["output"]["recommendedItems"] == [item["itemId"] for item in live]
        assert record["output"]["scores"] == [item["score"] for item in live]


PERSONAL = ["aws-user-personalization", "aws-user-personalization-v2"]


def turned(jobs: Jobs, version: str, user: str, moment: int) -> bool:
    """Whether five events of a user on items of the other kind change what a batch job answers."""
    source = jobs.put([{"userId": user}])
    jobs.infer(version, source)
    before = jobs.lines()
    for number in range(5):
        jobs.shop.event(user, f"item-{2 * number + 1:02}", moment=moment + number)
    jobs.infer(version, source)
    return jobs.lines() != before


@pytest.mark.parametrize("recipe", PERSONAL)
def test_row_20_events_of_known_users_count_without_a_training(jobs: Jobs, recipe: str) -> None:
    assert turned(jobs, jobs.shop.version(recipe), "user-0", 1_700_000_000)


def test_row_20_events_of_the_last_fifteen_minutes_do_not_count(jobs: Jobs, backend: PersonalizeBackend) -> None:
    now = int(backend.clock.timestamp())
    version = jobs.shop.version("aws-user-personalization")
    assert not turned(jobs, version, "user-0", now - 600)
    backend.clock.advance(minutes=20)
    assert turned(jobs, version, "user-2", now)


def test_row_20_events_do_not_count_for_other_recipes(jobs: Jobs) -> None:
    assert not turned(jobs, jobs.shop.version("aws-popularity-count"), "user-0", 1_700_000_000)


@pytest.mark.parametrize(("user", "counts"), [("user-0", True), ("newcomer", False)])
def test_row_20_rankings_count_events_of_users_that_the_training_knew(jobs: Jobs, user: str, counts: bool) -> None:
    version = jobs.shop.version("aws-personalized-ranking")
    source = jobs.put([{"userId": user, "itemList": [f"item-{n:02}" for n in range(10)]}])
    jobs.infer(version, source)
    before = jobs.lines()
    jobs.shop.event(user, "item-09")
    jobs.infer(version, source)
    assert (jobs.lines() != before) == counts


@pytest.mark.parametrize(("recipe", "newest"), [(recipe, newest) for recipe in PERSONAL for newest in (True, False)])
def test_row_20_a_job_on_the_newest_version_takes_in_new_items_first(jobs: Jobs, recipe: str, newest: bool) -> None:
    version = jobs.shop.version(recipe)
    solution = version.rpartition("/")[0]
    if not newest:
        jobs.client.create_solution_version(solutionArn=solution)
    for number in range(8):
        jobs.shop.event(f"user-{number}", "novelty")
    jobs.infer(version, jobs.put([{"userId": "user-0"}]), numResults=100)
    (record,) = jobs.records()
    assert ("novelty" in record["output"]["recommendedItems"]) == newest


def test_row_20_lines_of_v2_have_reasons(jobs: Jobs) -> None:
    version = jobs.shop.version("aws-user-personalization-v2")
    jobs.shop.event("user-0", "novelty")
    jobs.infer(version, jobs.put([{"userId": f"user-{number}"} for number in range(20)]), numResults=100)
    told = set()
    for record in jobs.records():
        output = record["output"]
        reasons = zip(output["recommendedItems"], output["reasons"], strict=True)
        told |= {(item, *why) for item, why in reasons if why}
    assert told == {("novelty", "Exploration")}


def test_related_items_have_no_scores(jobs: Jobs) -> None:
    version = jobs.shop.version("aws-similar-items")
    jobs.infer(version, jobs.put([{"itemId": "item-02"}], "s3://in/items.json"), numResults=4)
    (record,) = jobs.records("s3://out/items.json.out")
    assert set(record["output"]) == {"recommendedItems"}
    assert len(record["output"]["recommendedItems"]) == 4


def test_rankings_keep_all_items_of_the_line(jobs: Jobs) -> None:
    version = jobs.shop.version("aws-personalized-ranking")
    given = ["item-00", "item-01", "new"]
    jobs.infer(version, jobs.put([{"userId": "user-0", "itemList": given}]))
    (record,) = jobs.records()
    assert sorted(record["output"]["recommendedItems"]) == sorted(given)
    assert record["output"]["recommendedItems"][-1] == "new"


def test_bad_lines_become_error_records_in_place(jobs: Jobs) -> None:
    version = jobs.shop.version("aws-user-personalization")
    lines = [{"userId": "user-0"}, "{broken", {"userId": 7}, ["user-0"], {"itemId": "item-00"}, {"userId": "user-1"}]
    assert jobs.infer(version, jobs.put(lines), numResults=2)["status"] == "ACTIVE"
    records = jobs.records()
    assert ["output" in record for record in records] == [True, False, False, False, False, True]
    assert [record["error"] is None for record in records] == [True, False, False, False, False, True]
    assert records[2]["input"] == {"userId": 7}


def test_every_object_below_the_prefix_is_read(jobs: Jobs) -> None:
    version = jobs.shop.version("aws-popularity-count")
    jobs.put([{"userId": "user-0"}], "s3://in/a/one.json")
    jobs.put([{"userId": "user-1"}], "s3://in/a-more/two.json")
    jobs.infer(version, "s3://in/a")
    assert sorted(jobs.s3.list("s3://out/")) == [
        "s3://out/_CHECK",
        "s3://out/one.json.out",
        "s3://out/two.json.out",
    ]


def test_lines_are_answered_in_their_order_whatever_their_number(jobs: Jobs) -> None:
    version = jobs.shop.version("aws-popularity-count")
    users = [f"user-{number}" for number in range(1234)]
    jobs.infer(version, jobs.put([{"userId": user} for user in users]), numResults=1)
    assert [record["input"]["userId"] for record in jobs.records()] == users


def test_a_job_says_how_many_lines_of_all_its_files_are_done(jobs: Jobs, backend: PersonalizeBackend) -> None:
    told: list[tuple[str, int, int]] = []
    version = jobs.shop.version("aws-popularity-count")
    jobs.put([{"userId": "user-0"}] * 150, "s3://in/a.json")
    jobs.put([{"userId": "user-0"}] * 50, "s3://in/b.json")
    backend.on_progress = lambda job, done, total: told.append((job.arn, done, total))
    arn = jobs.infer(version, "s3://in/")["batchInferenceJobArn"]
    assert told == [(arn, done, 200) for done in (100, 150, 200)]


@pytest.mark.parametrize("second", ["", "\udcff"])
def test_one_input_that_cannot_be_used_leaves_no_output_of_the_others(jobs: Jobs, second: str) -> None:
    version = jobs.shop.version("aws-popularity-count")
    jobs.put([{"userId": "user-0"}], "s3://in/a.json")
    jobs.s3.put("s3://in/b.json", second.encode(errors="surrogateescape"))
    jobs.s3.put("s3://out/earlier", b"x")
    described = jobs.infer(version, "s3://in/")
    assert described["status"] == "CREATE FAILED"
    assert described["failureReason"].startswith("s3://in/b.json ")
    assert jobs.s3.list("s3://out/") == ["s3://out/earlier"]


def test_a_store_that_fails_half_way_keeps_no_output(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    version = jobs.shop.version("aws-popularity-count")
    for name in ("a", "b"):
        jobs.put([{"userId": "user-0"}], f"s3://in/{name}.json")
    jobs.s3.put("s3://out/earlier", b"x")
    put_parts = MemoryStore.put_parts

    def put(store: MemoryStore, uri: str, parts: Iterable[bytes]) -> None:
        if uri == "s3://out/b.json.out":
            raise StoreError("The disk is full", reason="unavailable", uri=uri)
        put_parts(store, uri, parts)

    monkeypatch.setattr(MemoryStore, "put_parts", put)
    described = jobs.infer(version, "s3://in/")
    assert described["status"] == "CREATE FAILED"
    assert described["failureReason"] == "Invalid S3 output path. The disk is full (s3://out/b.json.out)"
    assert jobs.s3.list("s3://out/") == ["s3://out/earlier"]


def test_a_store_that_is_out_of_order_makes_no_path_invalid(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    version = jobs.shop.version("aws-popularity-count")

    def refuse(store: MemoryStore, prefix: str | None = None) -> list[str]:
        raise StoreError("Please slow down", reason="unavailable")

    source = jobs.put([{"userId": "user-0"}])
    monkeypatch.setattr(MemoryStore, "list", refuse)
    with pytest.raises(ClientError) as refusal:
        jobs.infer(version, source)
    assert refusal.value.response["Error"]["Message"] == "Please slow down"


def test_a_long_job_is_a_line_in_the_log(
    jobs: Jobs, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = jobs.shop.version("aws-popularity-count")
    with caplog.at_level("INFO", logger="pytest_personalize"):
        jobs.infer(version, jobs.put([{"userId": "user-0"}]))
        assert caplog.messages == []
        monkeypatch.setattr(lifecycle, "LONG", 0.0)
        arn = jobs.infer(version, jobs.put([{"userId": "user-0"}]))["batchInferenceJobArn"]
    assert re.fullmatch(rf"{arn} took \d+\.\d seconds", caplog.messages[-1])


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.8449224, "0.8449224"),
        (0.001, "0.001"),
        (0.0003773, "3.773E-4"),
        (0.00007170001, "7.17E-5"),
        (-0.00005, "-5.0E-5"),
        (1e-7, "1.0E-7"),
        (4e-8, "0.0"),
        (0.00099999999, "0.001"),
    ],
)
def test_scores_are_written_as_java_writes_doubles(number: float, text: str) -> None:
    assert java_double(number) == text


def test_filter_values_come_with_each_line(jobs: Jobs) -> None:
    version = jobs.shop.version("aws-popularity-count")
    arn = jobs.shop.filter("INCLUDE ItemID WHERE Items.CATEGORY_L1 IN ($CATEGORY)")
    lines = [
        {"userId": "user-0", "filterValues": {"CATEGORY": '"odd"'}},
        {"userId": "user-0", "filterValues": {"CATEGORY": '"even"'}},
        {"userId": "user-0"},
    ]
    jobs.infer(version, jobs.put(lines), filterArn=arn)
    odd, even, missing = jobs.records()
    assert {int(item[-2:]) % 2 for item in odd["output"]["recommendedItems"]} == {1}
    assert {int(item[-2:]) % 2 for item in even["output"]["recommendedItems"]} == {0}
    assert "CATEGORY" in missing["error"]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("s3://in/empty.json", "s3://in/empty.json has no lines."),
        ("s3://out/", "Invalid S3 output path. It must differ from the input path."),
    ],
)
def test_an_input_that_cannot_be_used_fails_the_job_and_leaves_nothing(jobs: Jobs, source: str, reason: str) -> None:
    version = jobs.shop.version("aws-popularity-count")
    jobs.put([], "s3://in/empty.json")
    jobs.s3.put("s3://out/earlier", b"x")
    described = jobs.infer(version, source)
    assert (described["status"], described["failureReason"]) == ("CREATE FAILED", reason)
    assert jobs.s3.list("s3://out/") == ["s3://out/earlier"]


@pytest.mark.mock_personalize(transitions={"batch-inference-job": "polls:1"})
def test_an_input_that_is_gone_when_the_job_runs_fails_it(jobs: Jobs) -> None:
    source = jobs.put([{"userId": "user-0"}])
    arn = jobs.infer(jobs.shop.version("aws-popularity-count"), source)["batchInferenceJobArn"]
    jobs.s3.delete(source)
    ended = jobs.client.describe_batch_inference_job(batchInferenceJobArn=arn)["batchInferenceJob"]
    assert ended["status"] == "CREATE FAILED"
    assert ended["failureReason"] == f"Invalid S3 input path. No object starts with {source}."


def test_an_input_path_that_is_not_in_s3_is_refused(jobs: Jobs, refused: Callable[..., Any]) -> None:
    version = jobs.shop.version("aws-popularity-count")
    with refused(INVALID, "Invalid S3 input path. Malformed S3 location"):
        jobs.infer(version, "https://in/users.json")


@pytest.mark.parametrize("recipe", ["aws-trending-now", "aws-item-affinity"])
def test_recipes_without_batch_inference_are_refused(jobs: Jobs, refused: Callable[..., Any], recipe: str) -> None:
    version = jobs.shop.version(recipe)
    with refused(INVALID, "does not support"):
        jobs.infer(version, jobs.put([{"userId": "user-0"}]))


def test_a_description_has_what_was_asked_and_the_defaults(jobs: Jobs) -> None:
    version = jobs.shop.version("aws-popularity-count")
    described = jobs.infer(version, jobs.put([{"userId": "user-0"}]))
    assert described["numResults"] == 25
    assert described["batchInferenceJobMode"] == "BATCH_INFERENCE"
    assert "batchInferenceJobConfig" not in described
    assert described["jobInput"] == {"s3DataSource": {"path": "s3://in/users.json"}}
    (summary,) = jobs.client.list_batch_inference_jobs(solutionVersionArn=version)["batchInferenceJobs"]
    assert summary["solutionVersionArn"] == version
    assert "jobInput" not in summary


def test_themes_need_their_mode_and_a_textual_column(jobs: Jobs, refused: Callable[..., Any]) -> None:
    version = jobs.shop.version("aws-similar-items")
    source = jobs.put([{"itemId": "item-02"}], "s3://in/items.json")
    config = {"fieldsForThemeGeneration": {"itemName": "TITLE"}}
    with refused(INVALID, "must be given together"):
        jobs.infer(version, source, themeGenerationConfig=config)
    with refused(INVALID, "textual"):
        jobs.infer(version, source, themeGenerationConfig=config, batchInferenceJobMode="THEME_GENERATION")


THEMES: dict[str, Any] = {
    "themeGenerationConfig": {"fieldsForThemeGeneration": {"itemName": "TITLE"}},
    "batchInferenceJobMode": "THEME_GENERATION",
}


@pytest.fixture
def told(jobs: Jobs, workshop: Workshop) -> Jobs:
    """Jobs of a shop whose items have a text each."""
    schema = json.loads(avro("ITEMS", TITLE="string"))
    schema["fields"].append({"name": "STORY", "type": ["null", "string"], "textual": True})
    arn = jobs.client.create_schema(name="told", schema=json.dumps(schema))["schemaArn"]
    jobs.client.update_dataset(datasetArn=jobs.shop.items_dataset, schemaArn=arn)
    rows = [
        f"item-{n:02},1.0,even,Item {n},{'Ghosts in an old castle' if n % 2 else 'Love on a ship'}" for n in range(30)
    ]
    assert (
        workshop.imported(jobs.shop.items_dataset, "ITEM_ID,PRICE,CATEGORY_L1,TITLE,STORY", *rows)["status"] == "ACTIVE"
    )
    return jobs


def test_a_theme_is_what_related_items_have_in_common(told: Jobs) -> None:
    version = told.shop.version("aws-similar-items")
    described = told.infer(version, told.put([{"itemId": "item-02"}], "s3://in/items.json"), numResults=5, **THEMES)
    assert described["status"] == "ACTIVE", described
    (record,) = told.records("s3://out/items.json.out")
    output = record["output"]
    assert sorted(output) == ["itemsThemeRelevanceScores", "recommendedItems", "theme"]
    assert len(output["recommendedItems"]) == len(output["itemsThemeRelevanceScores"]) == 5
    assert output["itemsThemeRelevanceScores"] == sorted(output["itemsThemeRelevanceScores"], reverse=True)
    assert output["theme"]


@pytest.mark.parametrize(("recipe", "column"), [("aws-similar-items", "PRICE"), ("aws-popularity-count", "TITLE")])
def test_themes_need_a_recipe_and_a_name_of_items(
    told: Jobs, refused: Callable[..., Any], recipe: str, column: str
) -> None:
    version, source = told.shop.version(recipe), told.put([{"itemId": "item-02"}], "s3://in/items.json")
    themes = THEMES | {"themeGenerationConfig": {"fieldsForThemeGeneration": {"itemName": column}}}
    with refused(INVALID):
        told.infer(version, source, **themes)


def test_more_results_than_a_line_may_have_are_refused(jobs: Jobs, refused: Callable[..., Any]) -> None:
    version = jobs.shop.version("aws-user-personalization")
    with refused(INVALID, "numResults"):
        jobs.infer(version, jobs.put([{"userId": "user-0"}]), numResults=501)


def test_a_job_that_breaks_off_leaves_no_output(jobs: Jobs, backend: PersonalizeBackend) -> None:
    def stop(job: Any, done: int, total: int) -> None:
        raise KeyboardInterrupt

    version = jobs.shop.version("aws-popularity-count")
    source = jobs.put([{"userId": "user-0"}])
    jobs.s3.put("s3://out/earlier", b"x")
    backend.on_progress = stop
    with pytest.raises(KeyboardInterrupt):
        jobs.infer(version, source)
    assert jobs.s3.list("s3://out/") == ["s3://out/earlier"]


@pytest.mark.parametrize(
    ("recipe", "line"),
    [
        ("aws-personalized-ranking", {"userId": "user-0", "itemList": [f"i{n}" for n in range(501)]}),
        ("aws-personalized-ranking", {"userId": "user-0", "itemList": "item-00"}),
    ],
)
def test_a_list_that_cannot_be_ranked_is_an_error_record(jobs: Jobs, recipe: str, line: dict[str, Any]) -> None:
    jobs.infer(jobs.shop.version(recipe), jobs.put([line]))
    (record,) = jobs.records()
    assert "itemList" in record["error"]


@pytest.mark.parametrize(
    ("recipe", "expression"),
    [
        ("aws-popularity-count", 'EXCLUDE UserID WHERE Interactions.EVENT_TYPE IN ("View")'),
        ("aws-similar-items", 'EXCLUDE UserID WHERE Interactions.EVENT_TYPE IN ("View")'),
        ("aws-popularity-count", "INCLUDE ItemID WHERE Items.CATEGORY_L1 IN CurrentItem.CATEGORY_L1"),
        ("aws-personalized-ranking", "INCLUDE ItemID WHERE Items.CATEGORY_L1 IN CurrentItem.CATEGORY_L1"),
    ],
)
def test_an_inference_job_refuses_a_filter_that_its_recipe_cannot_apply(
    jobs: Jobs, refused: Callable[..., Any], recipe: str, expression: str
) -> None:
    version, arn = jobs.shop.version(recipe), jobs.shop.filter(expression)
    with refused(INVALID, version):
        jobs.infer(version, jobs.put([{"userId": "user-0"}]), filterArn=arn)


@pytest.mark.mock_personalize(transitions={"batch-inference-job": "polls:2"})
def test_row_19_a_filter_is_not_deleted_while_a_job_uses_it(jobs: Jobs, refused: Callable[..., Any]) -> None:
    version = jobs.shop.version("aws-popularity-count")
    arn = jobs.shop.filter("INCLUDE ItemID WHERE Items.PRICE > 1")
    started = jobs.infer(version, jobs.put([{"userId": "user-0"}]), filterArn=arn)
    with refused("ResourceInUseException", started["batchInferenceJobArn"]):
        jobs.client.delete_filter(filterArn=arn)
    jobs.client.describe_batch_inference_job(batchInferenceJobArn=started["batchInferenceJobArn"])
    jobs.client.delete_filter(filterArn=arn)


def test_row_19_segments_by_attributes_take_no_filter_on_interactions(jobs: Jobs, refused: Callable[..., Any]) -> None:
    version = jobs.shop.version("aws-item-attribute-affinity")
    arn = jobs.shop.filter('EXCLUDE UserID WHERE Interactions.EVENT_TYPE IN ("Purchase")')
    with refused(INVALID, "condition on interactions"):
        jobs.segment(version, jobs.put([]), filterArn=arn)


# -- segments ---------------------------------------------------------------------------------------------------------


def test_the_segment_of_an_item_starts_with_its_users(jobs: Jobs) -> None:
    version = jobs.shop.version("aws-item-affinity")
    described = jobs.segment(version, jobs.put([{"itemId": "item-03"}], "s3://in/items.json"), numResults=5)
    assert described["status"] == "ACTIVE"
    (line,) = jobs.lines("s3://out/items.json.out")
    assert re.fullmatch(
        r'\{"input": \{"itemId": "item-03"\}, "output": \{"usersList": \["[^ ]*"\]\}, "error": null\}', line
    )
    users = json.loads(line)["output"]["usersList"]
    assert len(users) == 5
    assert all(int(user.removeprefix("user-")) % 2 == 1 for user in users)


def test_the_segment_of_attributes_has_users_of_such_items(jobs: Jobs) -> None:
    version = jobs.shop.version("aws-item-attribute-affinity")
    lines = [{"itemAttributes": 'ITEMS.CATEGORY_L1 = "even"'}, {"itemAttributes": "ITEMS.CATEGORY_L1 > 3"}]
    jobs.segment(version, jobs.put(lines, "s3://in/attributes.json"), numResults=4)
    found, bad = jobs.records("s3://out/attributes.json.out")
    assert all(int(user.removeprefix("user-")) % 2 == 0 for user in found["output"]["usersList"])
    assert "output" not in bad
    assert bad["error"]


def test_an_item_without_training_data_is_an_error_record(jobs: Jobs) -> None:
    version = jobs.shop.version("aws-item-affinity")
    jobs.segment(version, jobs.put([{"itemId": "new"}], "s3://in/items.json"))
    (record,) = jobs.records("s3://out/items.json.out")
    assert "new" in record["error"]


def test_attributes_that_are_no_text_are_an_error_record(jobs: Jobs) -> None:
    version = jobs.shop.version("aws-item-attribute-affinity")
    jobs.segment(version, jobs.put([{"itemAttributes": ["even"]}], "s3://in/attributes.json"))
    (record,) = jobs.records("s3://out/attributes.json.out")
    assert record["error"] == "itemAttributes must be a string."


def test_a_line_without_attributes_is_told_what_it_has(jobs: Jobs) -> None:
    version = jobs.shop.version("aws-item-attribute-affinity")
    jobs.segment(version, jobs.put([{"itemId": "item-02"}], "s3://in/attributes.json"))
    (record,) = jobs.records("s3://out/attributes.json.out")
    assert record["error"] == "The line has no itemAttributes, it has itemId."


def test_attribute_files_have_ten_lines_at_most(jobs: Jobs) -> None:
    version = jobs.shop.version("aws-item-attribute-affinity")
    lines = [{"itemAttributes": 'ITEMS.CATEGORY_L1 = "even"'}] * 11
    described = jobs.segment(version, jobs.put(lines, "s3://in/attributes.json"))
    assert described["status"] == "CREATE FAILED"
    assert "10" in described["failureReason"]


def test_segments_need_a_segmentation_recipe(jobs: Jobs, refused: Callable[..., Any]) -> None:
    version = jobs.shop.version("aws-popularity-count")
    with refused(INVALID, "does not support"):
        jobs.segment(version, jobs.put([{"itemId": "item-02"}], "s3://in/items.json"))


@pytest.mark.parametrize("recipe", ["aws-item-affinity", "aws-item-attribute-affinity"])
@pytest.mark.parametrize(
    "expression",
    ["INCLUDE ItemID WHERE Items.PRICE > 1", "INCLUDE ItemID WHERE Items.CATEGORY_L1 IN CurrentItem.CATEGORY_L1"],
)
def test_a_segment_job_refuses_a_filter_of_items(
    jobs: Jobs, refused: Callable[..., Any], recipe: str, expression: str
) -> None:
    version, arn = jobs.shop.version(recipe), jobs.shop.filter(expression)
    with refused(INVALID, "UserID"):
        jobs.segment(version, jobs.put([{"itemId": "item-03"}], "s3://in/items.json"), filterArn=arn)


def test_a_segment_is_filtered_by_what_users_are(jobs: Jobs, workshop: Workshop) -> None:
    users = workshop.dataset("USERS", group=jobs.shop.group)
    rows = ["USER_ID,MEMBERSHIP", *(f"user-{number},{'gold' if number < 6 else 'none'}" for number in range(20))]
    assert workshop.imported(users, *rows)["status"] == "ACTIVE"
    arn = jobs.shop.filter('INCLUDE UserID WHERE Users.MEMBERSHIP IN ("gold")')
    version = jobs.shop.version("aws-item-affinity")
    jobs.segment(version, jobs.put([{"itemId": "item-03"}], "s3://in/items.json"), filterArn=arn)
    (record,) = jobs.records("s3://out/items.json.out")
    assert {int(user.removeprefix("user-")) for user in record["output"]["usersList"]} == set(range(6))
