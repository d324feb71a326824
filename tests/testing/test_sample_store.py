"""``s3="sample"``: a pipeline with hard-coded addresses runs to its recommendations without a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from pytest_personalize import PersonalizeBackend, mock_personalize
from pytest_personalize.data.errors import StoreError
from pytest_personalize.data.schema_rules import RULES, Wanted
from pytest_personalize.data.stores import MemoryStore

ROLE = "arn:aws:iam::123456789012:role/any"
NAMES = {
    "INTERACTIONS": "Interactions",
    "ITEMS": "Items",
    "USERS": "Users",
    "ACTIONS": "Actions",
    "ACTION_INTERACTIONS": "Action_Interactions",
}
EVENT = {"USER_ID": "string", "ITEM_ID": "string", "TIMESTAMP": "long", "EVENT_TYPE": "string"}
ITEM = {"ITEM_ID": "string", "GENRES": "string categorical"}


@pytest.fixture
def backend() -> Iterator[PersonalizeBackend]:
    with mock_personalize(s3="sample", minimums="aws") as backend:
        yield backend


class Pipeline:
    """What a user's code does, with addresses of its own."""

    def __init__(self, backend: PersonalizeBackend, domain: str | None = None) -> None:
        self.backend = backend
        self.client = boto3.client("personalize", region_name="us-east-1")
        self.domain: dict[str, Any] = {} if domain is None else {"domain": domain}
        self.group = self.client.create_dataset_group(name="g", **self.domain)["datasetGroupArn"]

    def dataset(self, kind: str, fields: dict[str, str]) -> str:
        written = [
            {"name": name, "type": ["null", base] if flag == "null" else base}
            | ({flag: True} if flag in ("categorical", "textual") else {})
            for name, (base, _, flag) in ((name, text.partition(" ")) for name, text in fields.items())
        ]
        schema = {"type": "record", "name": NAMES[kind], "namespace": "n", "fields": written, "version": "1.0"}
        arn = self.client.create_schema(name=kind.lower(), schema=json.dumps(schema), **self.domain)["schemaArn"]
        created = self.client.create_dataset(
            name=kind.lower(), datasetGroupArn=self.group, datasetType=kind, schemaArn=arn
        )
        return str(created["datasetArn"])

    def load(self, dataset: str, location: str, **options: Any) -> Any:
        """Import, and return the rows that are there then."""
        job = self.client.create_dataset_import_job(
            jobName=f"job-{len(self.backend.dataset_import_jobs)}",
            datasetArn=dataset,
            dataSource={"dataLocation": location},
            roleArn=ROLE,
            **options,
        )["datasetImportJobArn"]
        found = self.client.describe_dataset_import_job(datasetImportJobArn=job)["datasetImportJob"]
        assert found["status"] == "ACTIVE", found["failureReason"]
        return self.backend.records(dataset)

    def train(self, recipe: str) -> str:
        solution = self.client.create_solution(
            name="s", datasetGroupArn=self.group, recipeArn=f"arn:aws:personalize:::recipe/{recipe}"
        )["solutionArn"]
        return str(self.client.create_solution_version(solutionArn=solution)["solutionVersionArn"])


@pytest.fixture
def pipeline(backend: PersonalizeBackend) -> Pipeline:
    return Pipeline(backend)


def test_a_pipeline_runs_to_its_recommendations(pipeline: Pipeline, backend: PersonalizeBackend) -> None:
    rows = pipeline.load(pipeline.dataset("INTERACTIONS", EVENT), "s3://hard/coded/interactions.csv")
    version = pipeline.train("aws-user-personalization-v2")
    campaign = pipeline.client.create_campaign(name="c", solutionVersionArn=version)["campaignArn"]
    runtime = boto3.client("personalize-runtime", region_name="us-east-1")

    answer = runtime.get_recommendations(campaignArn=campaign, userId=rows[0]["USER_ID"])

    assert {item["itemId"] for item in answer["itemList"]} <= {row["ITEM_ID"] for row in rows}
    assert backend.s3.list() == backend.made_up == ["s3://hard/coded/interactions.csv"]


def test_a_domain_has_its_events(backend: PersonalizeBackend) -> None:
    pipeline = Pipeline(backend, domain="VIDEO_ON_DEMAND")

    rows = pipeline.load(pipeline.dataset("INTERACTIONS", EVENT), "s3://b/i.csv")

    assert {row["EVENT_TYPE"] for row in rows} == {"Watch", "Click"}


@pytest.mark.parametrize("first", ["INTERACTIONS", "ITEMS"])
def test_datasets_of_a_group_are_about_the_same_items(pipeline: Pipeline, first: str) -> None:
    fields = {"INTERACTIONS": EVENT, "ITEMS": ITEM}
    rows = {
        kind: pipeline.load(pipeline.dataset(kind, fields[kind]), f"s3://b/{kind}/")
        for kind in sorted(fields, key=lambda kind: kind != first)
    }

    assert {row["ITEM_ID"] for row in rows["INTERACTIONS"]} <= {row["ITEM_ID"] for row in rows["ITEMS"]}


def test_it_is_about_the_items_of_a_file_that_is_there(pipeline: Pipeline, backend: PersonalizeBackend) -> None:
    backend.s3.put("s3://b/items.csv", "ITEM_ID,GENRES\nmug,a\nkite,b\n")

    items = pipeline.load(pipeline.dataset("ITEMS", ITEM), "s3://b/items.csv")
    events = pipeline.load(pipeline.dataset("INTERACTIONS", EVENT), "s3://b/events.csv")

    assert [row["ITEM_ID"] for row in items] == ["mug", "kite"]
    assert {row["ITEM_ID"] for row in events} == {"mug", "kite"}
    assert backend.made_up == ["s3://b/events.csv"]


@pytest.mark.parametrize(("location", "made_up"), [("s3://b", "s3://b/items.csv"), ("s3://b/f/", "s3://b/f/items.csv")])
def test_a_folder_gets_a_file(pipeline: Pipeline, backend: PersonalizeBackend, location: str, made_up: str) -> None:
    pipeline.load(pipeline.dataset("ITEMS", ITEM), location)

    assert backend.s3.list() == [made_up]


def _all_fields(domain: str | None, kind: str) -> dict[str, str]:
    def text(wanted: Wanted) -> str:
        return f"{wanted.type} {wanted.kind}" if wanted.kind in ("categorical", "textual") else wanted.type

    rules = RULES[domain, kind]
    own = {"OWN": "string categorical", "SIZE": "double", "OLD": "boolean"}
    return {name: text(wanted) for name, wanted in (rules.required | rules.reserved).items()} | own


@pytest.mark.parametrize(("domain", "kind"), list(RULES), ids=lambda value: str(value))
def test_rows_fit_any_schema(backend: PersonalizeBackend, domain: str | None, kind: str) -> None:
    pipeline = Pipeline(backend, domain=domain)
    fields = _all_fields(domain, kind)

    rows = pipeline.load(pipeline.dataset(kind, fields), "s3://b/x.csv")

    assert all(value is not None for row in rows for value in row.values())
    assert set(rows[0]) == set(fields)


def test_times_have_passed(pipeline: Pipeline, backend: PersonalizeBackend) -> None:
    fields = {"USER_ID": "string", "LAST_SEEN_TIMESTAMP": "long"}

    rows = pipeline.load(pipeline.dataset("USERS", fields), "s3://b/users.csv")

    seen = [row["LAST_SEEN_TIMESTAMP"] for row in rows]
    assert 1_500_000_000 < min(seen) < max(seen) < backend.clock.timestamp()


def test_all_runs_make_up_the_same(backend: PersonalizeBackend) -> None:
    rows = []
    for _ in range(2):
        with mock_personalize(s3="sample") as other:
            pipeline = Pipeline(other)
            rows.append(pipeline.load(pipeline.dataset("INTERACTIONS", EVENT), "s3://b/x.csv"))

    assert rows[0] == rows[1]


@pytest.mark.parametrize(
    ("recipe", "create"),
    [
        ("aws-user-personalization-v2", "create_batch_inference_job"),
        ("aws-sims", "create_batch_inference_job"),
        ("aws-personalized-ranking-v2", "create_batch_inference_job"),
        ("aws-item-affinity", "create_batch_segment_job"),
        ("aws-item-attribute-affinity", "create_batch_segment_job"),
    ],
)
def test_a_batch_job_has_lines_of_the_group(
    pipeline: Pipeline, backend: PersonalizeBackend, recipe: str, create: str
) -> None:
    pipeline.load(pipeline.dataset("INTERACTIONS", EVENT), "s3://b/events.csv")
    pipeline.load(pipeline.dataset("ITEMS", ITEM), "s3://b/items.csv")
    version = pipeline.train(recipe)

    getattr(pipeline.client, create)(
        jobName="batch",
        solutionVersionArn=version,
        jobInput={"s3DataSource": {"path": "s3://b/lines.json"}},
        jobOutput={"s3DataDestination": {"path": "s3://out/"}},
        roleArn=ROLE,
    )

    lines = [json.loads(line) for line in backend.s3.get("s3://out/lines.json.out").decode().splitlines()]
    assert len(lines) >= 5
    assert [line.get("error") for line in lines] == [None] * len(lines)


def test_a_deletion_job_still_refuses(pipeline: Pipeline, backend: PersonalizeBackend) -> None:
    with pytest.raises(pipeline.client.exceptions.InvalidInputException):
        pipeline.client.create_data_deletion_job(
            jobName="d", datasetGroupArn=pipeline.group, dataSource={"dataLocation": "s3://b/x.csv"}, roleArn=ROLE
        )

    assert backend.made_up == []


@pytest.mark.parametrize("location", ["https://b/x.csv", "s3://b/folder"])
def test_what_is_wrong_with_a_location_is_still_refused(
    pipeline: Pipeline, backend: PersonalizeBackend, location: str
) -> None:
    backend.s3.put("s3://b/folder/items.csv", "ITEM_ID,GENRES\nmug,a\n")

    with pytest.raises(pipeline.client.exceptions.InvalidInputException):
        pipeline.load(pipeline.dataset("ITEMS", ITEM), location)


def test_a_store_that_cannot_be_listed_gets_nothing_and_the_job_says_why(
    pipeline: Pipeline, backend: PersonalizeBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(store: MemoryStore, prefix: str | None = None) -> list[str]:
        raise StoreError("Access Denied", reason="denied")

    monkeypatch.setattr(MemoryStore, "list", refuse)
    with pytest.raises(pipeline.client.exceptions.InvalidInputException, match="Insufficient privileges"):
        pipeline.load(pipeline.dataset("ITEMS", ITEM), "s3://b/x.csv")

    assert backend.made_up == []


def test_without_it_nothing_is_made_up() -> None:
    with mock_personalize() as backend:
        pipeline = Pipeline(backend)
        with pytest.raises(pipeline.client.exceptions.InvalidInputException):
            pipeline.load(pipeline.dataset("ITEMS", ITEM), "s3://b/x.csv")


def test_moto_gets_the_rows_while_it_is_active() -> None:
    with mock_aws(), mock_personalize(s3="sample") as backend:
        s3 = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket="films")
        pipeline = Pipeline(backend)

        pipeline.load(pipeline.dataset("ITEMS", ITEM), "s3://films/items.csv")

        assert s3.get_object(Bucket="films", Key="items.csv")["Body"].read().startswith(b"ITEM_ID,GENRES\n")
        assert backend.s3.list() == ["s3://films/items.csv"]


MODULE = """
    import json, boto3, pytest

    @pytest.mark.mock_personalize(s3="sample")
    def test_one(personalize_backend, personalize):
        group = personalize.create_dataset_group(name="g")["datasetGroupArn"]
        fields = [{"name": "ITEM_ID", "type": "string"}, {"name": "AGE", "type": "int"}]
        schema = {"type": "record", "name": "Items", "namespace": "n", "fields": fields, "version": "1.0"}
        schema = personalize.create_schema(name="s", schema=json.dumps(schema))["schemaArn"]
        arn = personalize.create_dataset(name="d", datasetGroupArn=group, datasetType="ITEMS", schemaArn=schema)
        personalize.create_dataset_import_job(
            jobName="j", datasetArn=arn["datasetArn"], dataSource={"dataLocation": "s3://b/x.csv"}, roleArn="%s"
        )
        assert False
"""


def test_the_reports_say_so_in_one_line(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(MODULE % ROLE)

    lines = pytester.runpytest_inprocess("-ppytest_personalize.plugin", "--personalize-report").outlines

    assert 'made up for s3="sample": s3://b/x.csv' in lines
    assert 'objects made up for s3="sample": 1' in lines
