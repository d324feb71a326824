"""Saved backends: a file that has everything in it, or is refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from array import array
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_personalize import PersonalizeBackend, mock_personalize
from pytest_personalize.data.ids import IdTable
from pytest_personalize.service.kernel.operations import STRUCTURES
from pytest_personalize.service.kernel.state import KINDS
from pytest_personalize.testing.plain import Decoder, Encoder, classes
from pytest_personalize.testing.saving import LEFT_BEHIND, SaveFileError

PRESETS = ("shop", "video", "movies", "actions")
REGION = "us-east-1"
ROLE = "arn:aws:iam::123456789012:role/PersonalizeRole"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "backend.json"


def reloaded(backend: PersonalizeBackend, path: Path) -> PersonalizeBackend:
    """The backend after a way through a file."""
    backend.save(path)
    return PersonalizeBackend.load(path)


VIEWS = [{"USER_ID": f"u{n % 5}", "ITEM_ID": f"i{n % 3}", "TIMESTAMP": 1_700_000_000 + n} for n in range(20)]


def answers(backend: PersonalizeBackend) -> list[Any]:
    """What everything that answers answers, the ids of the answers included; the backend itself is left as it is."""
    snapshot = backend.snapshot()
    seen = []
    with mock_personalize() as active:
        active.restore(snapshot)
        runtime = boto3.client("personalize-runtime", region_name=REGION)
        for arn in [one.arn for one in active.recommenders.values()]:
            for user, item in (("user-ada", "blue-mug"), ("nobody", "nothing")):
                seen.append(_items(runtime.get_recommendations(recommenderArn=arn, userId=user, itemId=item)))
        for campaign in list(active.campaigns.values()):
            ask = {"campaignArn": campaign.arn, "userId": "user-ben"}
            if "ranking" in campaign.name:
                seen.append(_items(runtime.get_personalized_ranking(**ask, inputList=["film-the-lighthouse", "x"])))
            elif "action" in campaign.name:
                seen.append(_items(runtime.get_action_recommendations(**ask)))
            else:
                seen.append(_items(runtime.get_recommendations(**ask, itemId="film-the-lighthouse")))
        client = boto3.client("personalize", region_name=REGION)
        for version in list(active.solution_versions):
            arn = active.solution_versions[version].arn
            seen.append(client.get_solution_metrics(solutionVersionArn=arn)["metrics"])
    return seen


def users_schema(client: Any) -> str:
    """The ARN of a schema of users with a column more than AGE."""
    columns = {"USER_ID": "string", "AGE": "int", "TOWN": ["null", "long"]}
    fields = [{"name": name, "type": kind} for name, kind in columns.items()]
    text = json.dumps({"type": "record", "name": "Users", "namespace": "x", "version": "1.0", "fields": fields})
    return str(client.create_schema(name="users", schema=text)["schemaArn"])


USERS_CHANGES: dict[str, Callable[[Any, str, str], object]] = {
    "gone": lambda client, group, arn: client.delete_dataset(datasetArn=arn),
    "with another column": lambda client, group, arn: client.update_dataset(
        datasetArn=arn, schemaArn=users_schema(client)
    ),
    "there at last": lambda client, group, arn: client.create_dataset(
        name="users", datasetGroupArn=group, datasetType="Users", schemaArn=users_schema(client)
    ),
}
"""What may happen to the users of a dataset group, by client, group and dataset."""


def _items(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def rows(backend: PersonalizeBackend, dataset_arn: str) -> bytes:
    """An export of a dataset."""
    snapshot = backend.snapshot()
    with mock_personalize() as active:
        active.restore(snapshot)
        boto3.client("personalize", region_name=REGION).create_dataset_export_job(
            jobName="export",
            datasetArn=dataset_arn,
            ingestionMode="ALL",
            roleArn=ROLE,
            jobOutput={"s3DataDestination": {"path": "s3://exports"}},
        )
        return active.s3.get("s3://exports/export.csv")


class TestWhatComesBack:
    @pytest.mark.parametrize("preset", PRESETS)
    def test_models_answer_as_before(self, backend: PersonalizeBackend, path: Path, preset: str) -> None:
        backend.seed(preset)

        assert answers(reloaded(backend, path)) == answers(backend)

    def test_resources_are_the_same(self, backend: PersonalizeBackend, path: Path) -> None:
        for preset in PRESETS:
            backend.seed(preset)
        loaded = reloaded(backend, path)

        regions = [one._read_region(REGION) for one in (backend, loaded)]
        assert [list(table) for _, table in regions[0].tables()] == [list(table) for _, table in regions[1].tables()]

    def test_a_second_file_is_like_the_first(self, backend: PersonalizeBackend, path: Path) -> None:
        backend.clock.freeze(1_800_000_000)
        for preset in PRESETS:
            backend.seed(preset)

        loaded = reloaded(backend, path)
        loaded.save(path.with_name("second.json"))

        assert path.with_name("second.json").read_bytes() == path.read_bytes()

    def test_data_are_the_same(self, backend: PersonalizeBackend, path: Path, odd_dataset: str) -> None:
        assert rows(reloaded(backend, path), odd_dataset) == rows(backend, odd_dataset)

    def test_an_automatic_update_is_not_lost(
        self, backend: PersonalizeBackend, path: Path, personalize_events: Any
    ) -> None:
        group = backend.seed("movies")
        before = answers(backend)
        for user in group.users:
            event = {"eventType": "Watch", "itemId": "film-of-the-day", "sentAt": backend.clock.now()}
            personalize_events.put_events(trackingId=group.tracking_id, userId=user, sessionId="s", eventList=[event])
        backend.clock.advance(hours=5)
        after = answers(backend)

        assert answers(reloaded(backend, path)) == after != before

    def test_segments_are_those_of_before(self, backend: PersonalizeBackend, path: Path, client: Any) -> None:
        films = backend.seed_from("films", interactions=VIEWS, recipes=["aws-item-affinity"])
        (version,) = films.solution_versions.values()
        backend.s3.put("s3://in/items.json", b'{"itemId": "i1"}\n{"itemId": "i2"}\n')

        def segments(name: str) -> bytes:
            client.create_batch_segment_job(
                jobName=name,
                solutionVersionArn=version,
                jobInput={"s3DataSource": {"path": "s3://in/items.json"}},
                jobOutput={"s3DataDestination": {"path": f"s3://{name}/"}},
                roleArn=ROLE,
            )
            return backend.s3.get(f"s3://{name}/items.json.out")

        before = segments("before")
        backend.restore(reloaded(backend, path).snapshot())

        assert segments("after") == before

    def test_a_training_on_top_of_a_full_one_is_not_lost(
        self, backend: PersonalizeBackend, path: Path, client: Any, personalize_events: Any
    ) -> None:
        films = backend.seed_from("films", interactions=VIEWS, recipes=["aws-user-personalization"])
        event = {"eventType": "Watch", "itemId": "brand-new", "sentAt": backend.clock.now()}
        personalize_events.put_events(trackingId=films.tracking_id, userId="u1", sessionId="s", eventList=[event])
        (solution,) = films.solutions.values()
        client.create_solution_version(solutionArn=solution, trainingMode="UPDATE")
        before = answers(backend)

        assert answers(reloaded(backend, path)) == before

    @pytest.mark.parametrize("change", ["gone", "with another column", "there at last"])
    def test_neither_is_one_between_which_and_the_full_one_the_users_changed(
        self, backend: PersonalizeBackend, path: Path, client: Any, change: str
    ) -> None:
        rows = None if change == "there at last" else [{"USER_ID": "u1", "AGE": 31}]
        films = backend.seed_from("films", interactions=VIEWS, users=rows, recipes=["aws-user-personalization"])
        USERS_CHANGES[change](client, films.arn, films.arn.replace(":dataset-group/", ":dataset/") + "/USERS")
        (solution,) = films.solutions.values()
        client.create_solution_version(solutionArn=solution, trainingMode="UPDATE")
        before = answers(backend)

        assert answers(reloaded(backend, path)) == before

    def test_events_after_loading_are_no_part_of_the_training(
        self, backend: PersonalizeBackend, path: Path, personalize_events: Any
    ) -> None:
        group = backend.seed("shop")
        best_sellers = answers(backend)[-2]  # to a user that there is; the last answer is to nobody
        backend.restore(reloaded(backend, path).snapshot())
        for user in group.users:
            event = {"eventType": "Purchase", "itemId": "yellow-bench", "sentAt": backend.clock.now()}
            personalize_events.put_events(trackingId=group.tracking_id, userId=user, sessionId="s", eventList=[event])

        assert answers(backend)[-2] == best_sellers

    def test_settings_come_back(self, path: Path) -> None:
        backend = PersonalizeBackend(
            region="eu-west-1",
            account_id="999999999999",
            transitions={"default": "polls:2", "campaign": "clock"},
            quotas={"campaigns": 1},
            minimums="aws",
            seed=7,
        )
        loaded = reloaded(backend, path)

        assert (loaded.region_name, loaded.account_id) == ("eu-west-1", "999999999999")
        assert loaded.transitions.settings() == {"default": "polls:2", "campaign": "clock"}
        assert loaded.snapshot().state.quotas == backend.snapshot().state.quotas
        assert loaded._account.minimums == backend._account.minimums
        assert loaded._account.seed == 7

    @pytest.mark.parametrize("quotas", [None, "aws"])
    def test_quotas_come_back(self, path: Path, quotas: str | None) -> None:
        backend = PersonalizeBackend(quotas=quotas)

        assert reloaded(backend, path).snapshot().state.quotas == backend.snapshot().state.quotas

    def test_a_frozen_clock_stands_where_it_stood(self, backend: PersonalizeBackend, path: Path) -> None:
        backend.clock.freeze(1_000_000_000.5)
        backend.clock.advance(seconds=1)

        assert reloaded(backend, path).clock.timestamp() == 1_000_000_001.5

    def test_a_running_clock_goes_on_from_where_it_was(self, backend: PersonalizeBackend, path: Path) -> None:
        backend.clock.advance(days=1000)
        saved_at = backend.clock.timestamp()
        backend.save(path)
        content = json.loads(path.read_text())["content"]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("time.time", lambda: saved_at + 5_000_000)
            loaded = PersonalizeBackend.load(path)
            now = loaded.clock.timestamp()

        assert content["saved"]["now"] == pytest.approx(now, abs=1)

    def test_what_is_under_way_goes_on(self, backend: PersonalizeBackend, path: Path, client: Any) -> None:
        backend.transitions = "polls:2"
        arn = client.create_dataset_group(name="shop")["datasetGroupArn"]
        client.describe_dataset_group(datasetGroupArn=arn)
        backend.restore(reloaded(backend, path).snapshot())

        seen = [client.describe_dataset_group(datasetGroupArn=arn)["datasetGroup"]["status"] for _ in range(2)]
        assert seen == ["CREATE IN_PROGRESS", "ACTIVE"]

    def test_all_the_rest_comes_back(self, backend: PersonalizeBackend, path: Path, client: Any) -> None:
        group = backend.seed("shop")
        arn = group.recommenders["Best sellers"]
        backend.answers(arn).for_user("user-ada", items=["declared"]).raises("InternalFailure")
        backend.faults.throttle("ListSchemas", times=3)
        backend.s3.put("s3://bucket/text", "Grüße".encode())
        backend.s3.put("s3://bucket/bytes", bytes(range(256)))
        client.tag_resource(resourceArn=arn, tags=[{"tagKey": "stage", "tagValue": "test"}])
        boto3.client("personalize", region_name="eu-west-1").create_dataset_group(name="other")

        loaded = reloaded(backend, path)

        assert repr(loaded.answers(arn)) == repr(backend.answers(arn))
        assert list(map(str, loaded.faults)) == list(map(str, backend.faults))
        backend.faults.clear()
        assert loaded.s3.get("s3://bucket/text").decode() == "Grüße"
        assert loaded.s3.get("s3://bucket/bytes") == bytes(range(256))
        assert loaded._read_region(REGION).tags == {arn: {"stage": "test"}}
        assert list(loaded.region("eu-west-1").dataset_groups) == ["other"]
        assert loaded.seeded["shop"].recommenders["aws-ecomm-popular-items-by-purchases"] == arn
        assert loaded.seeded["shop"].interactions == group.interactions

    def test_page_tokens_go_on(self, backend: PersonalizeBackend, path: Path, client: Any) -> None:
        for name in ("a", "b", "c"):
            client.create_dataset_group(name=name)
        token = client.list_dataset_groups(maxResults=1)["nextToken"]
        backend.restore(reloaded(backend, path).snapshot())

        page = client.list_dataset_groups(maxResults=1, nextToken=token)["datasetGroups"]
        assert [group["name"] for group in page] == ["b"]

    def test_new_ids_are_those_that_would_have_come(self, backend: PersonalizeBackend, path: Path, client: Any) -> None:
        arn = client.create_dataset_group(name="shop")["datasetGroupArn"]
        loaded = reloaded(backend, path)
        first = client.create_event_tracker(name="t", datasetGroupArn=arn)["trackingId"]
        backend.restore(loaded.snapshot())

        assert client.create_event_tracker(name="t", datasetGroupArn=arn)["trackingId"] == first


@pytest.fixture
def odd_dataset(backend: PersonalizeBackend, client: Any, personalize_events: Any) -> str:
    """The ARN of an Items dataset with columns of all kinds, with nulls, odd texts, and records that were replaced."""
    fields = {
        "ITEM_ID": "string",
        "KIND": ["string", "null"],
        "PRICE": ["double", "null"],
        "WEIGHT": ["float", "null"],
        "PAGES": ["int", "null"],
        "STAMP": ["long", "null"],
        "OPEN": ["boolean", "null"],
    }
    schema = {
        "type": "record",
        "name": "Items",
        "namespace": "x",
        "version": "1.0",
        "fields": [
            {"name": name, "type": kind} | ({"categorical": True} if name == "KIND" else {})
            for name, kind in fields.items()
        ],
    }
    group = client.create_dataset_group(name="odd")["datasetGroupArn"]
    schema_arn = client.create_schema(name="odd", schema=json.dumps(schema))["schemaArn"]
    arn = client.create_dataset(name="odd", datasetGroupArn=group, datasetType="ITEMS", schemaArn=schema_arn)
    lines = [
        ",".join(fields),
        "i1,Drama|Krimi & Thriller,1.5,2.5,3,4000000000,true",
        "i2,,,,,,",
        'i3,"Grüße, $ ""x""",1e300,-0.0,-3,-1,false',
    ]
    backend.s3.put("s3://bucket/odd.csv", "\n".join([*lines, ""]).encode())
    client.create_dataset_import_job(
        jobName="odd", datasetArn=arn["datasetArn"], dataSource={"dataLocation": "s3://bucket/odd.csv"}, roleArn=ROLE
    )
    assert backend.dataset_import_jobs["odd"].status == "ACTIVE", backend.dataset_import_jobs["odd"].failure_reason
    personalize_events.put_items(
        datasetArn=arn["datasetArn"], items=[{"itemId": "i2", "properties": '{"kind": "new", "pages": 9}'}]
    )
    return str(arn["datasetArn"])


def _content(change: Callable[[dict[str, Any]], object]) -> Callable[[str], str]:
    """A change of the file that keeps the checksum."""

    def damage(text: str) -> str:
        saved = json.loads(text)
        change(saved)
        return json.dumps(saved)

    return damage


DAMAGES: dict[str, tuple[Callable[[str], str], str]] = {
    "empty": (lambda text: "", "is damaged, or no saved backend"),
    "cut": (lambda text: text[: len(text) // 2], "is damaged, or no saved backend"),
    "without its end": (lambda text: text[:-3], "is damaged, or no saved backend"),
    "nested beyond all measure": (lambda text: "[" * 100_000, "is damaged, or no saved backend"),
    "another kind of JSON": (lambda text: "[1, 2]", "its format is not 'pytest-personalize backend'"),
    "of another program": (lambda text: '{"format": "zip", "version": 1}', "its format is not"),
    "one letter changed": (lambda text: text.replace("shop", "shed", 1), "its checksum does not fit"),
    "one number changed": (lambda text: text.replace('"seed":0', '"seed":1'), "its checksum does not fit"),
    "without checksum": (_content(lambda saved: saved.pop("checksum")), "its checksum does not fit"),
    "without content": (_content(lambda saved: saved.pop("content")), "its checksum does not fit"),
    "of no version": (_content(lambda saved: saved.pop("version")), "its checksum does not fit"),
    "of an older version": (
        _content(lambda saved: saved.update(version=1)),
        "written by an older pytest-personalize, in version 1 of the format; this one reads version 2",
    ),
    "of a newer version": (
        _content(lambda saved: saved.update(version=3)),
        "written by a newer pytest-personalize, in version 3 of the format; this one reads version 2",
    ),
}


class TestWhatIsRefused:
    @pytest.mark.parametrize("damage", DAMAGES)
    def test_a_damaged_file(self, backend: PersonalizeBackend, path: Path, client: Any, damage: str) -> None:
        client.create_dataset_group(name="shop")
        backend.save(path)
        change, message = DAMAGES[damage]
        path.write_text(change(path.read_text()))

        with pytest.raises(SaveFileError, match=message) as caught:
            PersonalizeBackend.load(path)

        assert str(caught.value).startswith(str(path))

    def test_a_file_that_is_no_text(self, path: Path) -> None:
        path.write_bytes(bytes(range(256)))

        with pytest.raises(SaveFileError, match="no saved backend"):
            PersonalizeBackend.load(path)

    @pytest.mark.parametrize(
        "plain", [{"$": "Unknown"}, {"$unknown": 1}, {"$": "Campaign"}, {"$shared": 999}, {"$recipe": "aws-unknown"}]
    )
    def test_what_this_version_does_not_know(
        self, backend: PersonalizeBackend, path: Path, monkeypatch: pytest.MonkeyPatch, plain: Any
    ) -> None:
        monkeypatch.setattr(Encoder, "encode", lambda self, value: plain)
        backend.save(path)

        with pytest.raises(SaveFileError, match="has what this version does not know"):
            PersonalizeBackend.load(path)

    def test_no_file_at_all(self, path: Path) -> None:
        with pytest.raises(FileNotFoundError):
            PersonalizeBackend.load(path)


class TestWriting:
    def test_the_path_may_be_a_text(self, backend: PersonalizeBackend, path: Path) -> None:
        backend.save(str(path))

        assert PersonalizeBackend.load(str(path)).account_id == backend.account_id

    def test_a_file_is_replaced(self, backend: PersonalizeBackend, path: Path, client: Any) -> None:
        backend.save(path)
        client.create_dataset_group(name="shop")
        backend.save(path)

        assert list(PersonalizeBackend.load(path).dataset_groups) == ["shop"]

    @pytest.mark.parametrize("name", ["fsync", "replace"])
    def test_the_old_file_stays_when_the_new_one_cannot_be_written(
        self, backend: PersonalizeBackend, path: Path, client: Any, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        backend.save(path)
        client.create_dataset_group(name="shop")

        def fail(*_: Any) -> None:
            raise OSError("disk full")

        monkeypatch.setattr(os, name, fail)
        with pytest.raises(OSError, match="disk full"):
            backend.save(path)

        assert list(PersonalizeBackend.load(path).dataset_groups) == []
        assert list(path.parent.iterdir()) == [path]

    def test_a_link_goes_on_to_lead_to_the_file(self, backend: PersonalizeBackend, path: Path) -> None:
        backend.save(path)
        link = path.with_name("link")
        link.symlink_to(path)
        backend.seed("shop")
        backend.save(link)
        assert link.is_symlink()
        assert PersonalizeBackend.load(path).seeded

    @pytest.mark.skipif(sys.platform == "win32", reason="it has no named pipes in folders")
    def test_what_is_no_file_is_not_replaced(self, backend: PersonalizeBackend, path: Path) -> None:
        os.mkfifo(path)
        for there in (path, path.parent):
            with pytest.raises(OSError, match="there is something that is no file"):
                backend.save(there)
        assert path.is_fifo()

    def test_what_cannot_be_written_is_called_as_its_caller_called_it(
        self, backend: PersonalizeBackend, tmp_path: Path
    ) -> None:
        with pytest.raises(FileNotFoundError) as raised:
            backend.save(tmp_path / "nowhere" / "state.json")
        assert raised.value.filename == str(tmp_path / "nowhere" / "state.json")

    def test_threads_that_save_to_one_path_all_succeed(self, path: Path) -> None:
        backends = [PersonalizeBackend(seed=seed) for seed in range(8)]
        with ThreadPoolExecutor(len(backends)) as pool:
            for saving in [pool.submit(backend.save, path) for backend in backends * 5]:
                saving.result()

        assert PersonalizeBackend.load(path)._account.seed in range(8)
        assert list(path.parent.iterdir()) == [path]

    def test_processes_that_save_to_one_path_all_succeed(self, path: Path) -> None:
        code = "import sys; from pytest_personalize import PersonalizeBackend as B; b = B(seed=int(sys.argv[2]))"
        code += "\nfor _ in range(50): b.save(sys.argv[1])"
        running = [subprocess.Popen([sys.executable, "-c", code, path, str(seed)]) for seed in (1, 2)]

        assert [process.wait(60) for process in running] == [0, 0]
        assert PersonalizeBackend.load(path)._account.seed in (1, 2)
        assert list(path.parent.iterdir()) == [path]

    def test_what_nobody_has_written_to_for_an_hour_is_swept(self, backend: PersonalizeBackend, path: Path) -> None:
        names = (".backend.json.4321-0f.partial", ".backend.json.0f.partial", ".other.0f.partial", ".backend.json.0f")
        left, written, *others = (path.with_name(name) for name in names)
        for file in (left, written, *others):
            file.touch()
        for file in (left, *others):
            os.utime(file, (0, written.stat().st_mtime - LEFT_BEHIND - 1))
        backend.save(path)

        assert set(path.parent.iterdir()) == {path, written, *others}

    def test_nobody_trains_a_model_of_a_file_by_looking_at_it(self, backend: PersonalizeBackend, path: Path) -> None:
        backend.seed("movies")
        backend.save(path)
        (region,) = PersonalizeBackend.load(path)._account.regions.values()
        for trained in region.models.values():
            assert not hasattr(trained.model, "_repr_html_")
            assert "_model" not in vars(trained.model)

    def test_a_wrong_store_is_no_fault_of_the_file(self, backend: PersonalizeBackend, path: Path) -> None:
        backend.save(path)

        with pytest.raises(ValueError, match="is no store") as caught:
            PersonalizeBackend.load(path, s3=5)
        assert type(caught.value) is ValueError

    def test_a_loaded_backend_can_take_another_store(self, backend: PersonalizeBackend, path: Path) -> None:
        backend.save(path)
        loaded = PersonalizeBackend.load(path, s3=path.parent / "s3")
        loaded.s3.put("s3://bucket/key", b"x")

        assert (path.parent / "s3" / "bucket" / "key").read_bytes() == b"x"


def test_every_resource_and_structure_can_be_kept() -> None:
    named = classes()

    assert set(KINDS.values()) <= set(named.values())
    in_resources = {
        cls for cls in STRUCTURES.values() if cls.__module__.startswith("pytest_personalize.service.control.")
    }
    assert in_resources <= set(named.values())


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(st.text() | st.sampled_from(["$", "$tuple", "$ "]), inner)
        | st.dictionaries(st.integers() | st.tuples(st.text()), inner)
        | st.sets(st.text())
        | st.frozensets(st.integers())
    ),
    max_leaves=10,
)


@given(values)
def test_values_come_back_as_they_were(value: Any) -> None:
    encoder = Encoder()
    plain = json.loads(json.dumps([encoder.encode(value), encoder.pool], allow_nan=False))

    back = Decoder(plain[1]).decode(plain[0])

    assert back == value
    assert repr(type(back)) == repr(type(value))


@given(st.lists(st.floats()), st.lists(st.text(), unique=True))
def test_what_is_shared_is_shared_again(numbers: list[float], texts: list[str]) -> None:
    encoder, column, ids = Encoder(), array("d", numbers), IdTable(texts)
    plain = [encoder.encode([column, column, ids, ids.fork()]), encoder.pool]
    assert len(encoder.pool) == 2

    first, second, one, other = Decoder(json.loads(json.dumps(plain[1]))).decode(plain[0])

    assert first is second
    assert repr(first) == repr(column)
    one.intern("\0new")
    assert (list(other), len(one)) == (texts, len(texts) + 1 - ("\0new" in texts))


def test_what_is_not_meant_to_be_kept_is_refused() -> None:
    with pytest.raises(TypeError, match="module cannot be kept"):
        Encoder().encode(json)
