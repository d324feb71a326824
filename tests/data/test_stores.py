"""Object stores: all kinds behave alike, and say what is wrong."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

import boto3
import moto
import pytest

from pytest_personalize.data.errors import StoreError
from pytest_personalize.data.s3 import Boto3Store, store_of_moto
from pytest_personalize.data.store_choice import store_choice
from pytest_personalize.data.stores import (
    FolderStore,
    MemoryStore,
    ObjectStore,
    PartStore,
    folder_address,
    is_csv_file,
    is_import_file,
    parse_uri,
    read_objects,
    read_parts,
    write_parts,
)

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@pytest.fixture(scope="module")
def client() -> S3Client:
    return boto3.client("s3", region_name="us-east-1", aws_access_key_id="key", aws_secret_access_key="secret")


@pytest.fixture
def s3(client: S3Client) -> Iterator[Boto3Store]:
    with moto.mock_aws():
        client.create_bucket(Bucket="bucket")
        yield Boto3Store(client)


@pytest.fixture(params=["memory", "folder", "boto3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> PartStore:
    stores: dict[str, Callable[[], PartStore]] = {
        "memory": MemoryStore,
        "folder": lambda: FolderStore(tmp_path / "stores"),
        "boto3": lambda: request.getfixturevalue("s3"),
    }
    return stores[request.param]()


def test_what_was_put_is_got(store: ObjectStore) -> None:
    store.put("s3://bucket/a/b.csv", b"first")
    store.put("s3://bucket/a/b.csv", b"second")
    assert store.get("s3://bucket/a/b.csv") == b"second"


def test_what_comes_in_parts_is_one_object(store: PartStore) -> None:
    store.put_parts("s3://bucket/a", iter((b"one, ", b"", b"two")))
    assert store.get("s3://bucket/a") == b"".join(store.get_parts("s3://bucket/a")) == b"one, two"


def test_parts_that_break_off_leave_what_was_there(store: PartStore) -> None:
    def parts() -> Iterator[bytes]:
        yield b"x" * 20 * 2**20
        raise StoreError("no more", reason="unavailable")

    store.put("s3://bucket/old", b"old")
    for key in ("old", "new"):
        with pytest.raises(StoreError, match="no more"):
            store.put_parts(f"s3://bucket/{key}", parts())
    assert store.list("s3://bucket/") == ["s3://bucket/old"]
    assert store.get("s3://bucket/old") == b"old"


def test_a_store_that_knows_no_parts_gets_and_gives_the_whole() -> None:
    class Plain:
        """What a caller may write: the four methods of a store."""

        def __init__(self) -> None:
            self.inner = MemoryStore()
            self.get, self.put, self.list, self.delete = (
                self.inner.get,
                self.inner.put,
                self.inner.list,
                self.inner.delete,
            )

    store = cast("ObjectStore", Plain())
    write_parts(store, "s3://bucket/a", iter((b"one, ", b"two")))
    assert list(read_parts(store, "s3://bucket/a")) == [b"one, two"]


def test_objects_are_listed_by_prefix_in_the_order_of_their_keys(store: ObjectStore) -> None:
    for key in ("b/2", "a", "b/1", "b-1", "bb"):
        store.put(f"s3://bucket/{key}", b"x")
    assert store.list("s3://bucket/b") == [f"s3://bucket/{key}" for key in ("b-1", "b/1", "b/2", "bb")]
    assert store.list("s3://bucket/b/") == ["s3://bucket/b/1", "s3://bucket/b/2"]
    assert store.list("s3://bucket/c") == []
    assert len(store.list("s3://bucket")) == 5


def test_without_a_prefix_the_objects_of_all_buckets_are_listed(store: ObjectStore) -> None:
    for uri in ("s3://bucket/b", "s3://bucket/a/c"):
        store.put(uri, b"x")
    if not isinstance(store, Boto3Store):  # where a put makes no bucket
        store.put("s3://another/d", b"x")

    assert store.list()[-2:] == ["s3://bucket/a/c", "s3://bucket/b"]
    assert store.list()[:-2] == ([] if isinstance(store, Boto3Store) else ["s3://another/d"])


def test_a_deleted_object_is_gone_and_deleting_it_again_is_no_error(store: ObjectStore) -> None:
    store.put("s3://bucket/a", b"x")
    store.put("s3://bucket/folder/b", b"x")
    for key in ("a", "a", "folder", "folder/b/c"):
        store.delete(f"s3://bucket/{key}")
    assert store.list("s3://bucket/") == ["s3://bucket/folder/b"]


def test_a_missing_object_is_told_from_a_missing_bucket(store: ObjectStore) -> None:
    store.put("s3://bucket/folder/a", b"x")
    for missing in ("s3://bucket/b", "s3://bucket/folder", "s3://bucket/folder/a/b"):
        with pytest.raises(StoreError) as refusal:
            store.get(missing)
        assert refusal.value.reason == "missing key"
        assert str(refusal.value) == f"The object does not exist ({missing})"
    for ask in (store.get, store.delete, store.list):
        with pytest.raises(StoreError) as refusal:
            ask("s3://nowhere/a")
        assert refusal.value.reason == "missing bucket"


@pytest.mark.parametrize("uri", ["", "bucket/a", "http://bucket/a", "s3:/bucket/a", "s3://", "s3:///a", "s3://../a"])
def test_what_is_no_address_is_malformed(store: ObjectStore, uri: str) -> None:
    for ask in (store.get, store.delete, store.list, lambda uri: store.put(uri, b"x")):
        with pytest.raises(StoreError) as refusal:
            ask(uri)
        assert refusal.value.reason == "malformed"


def test_an_address_has_a_bucket_and_a_key() -> None:
    assert parse_uri("s3://bucket/a/b.csv") == ("bucket", "a/b.csv")
    assert parse_uri("s3://bucket/") == ("bucket", "")


def test_an_object_needs_a_key(store: ObjectStore) -> None:
    with pytest.raises(StoreError, match="has no key"):
        store.put("s3://bucket/", b"x")


class TestReadObjects:
    @pytest.mark.parametrize("wanted", [is_import_file, is_csv_file])
    def test_an_object_is_read_whatever_its_name(self, store: ObjectStore, wanted: Callable[[str], bool]) -> None:
        store.put("s3://bucket/_data", b"A\n1\n")
        assert read_objects(store, "s3://bucket/_data", wanted) == [("s3://bucket/_data", b"A\n1\n")]

    @pytest.mark.parametrize("folder", ["in/", ""])
    def test_an_import_reads_all_that_is_right_in_the_folder(self, store: ObjectStore, folder: str) -> None:
        """Row 10 of the corrections: whatever a file is called, unless it begins like what Spark and Hive leave."""
        for key in ("run-1-part-r-00000", "b.csv", "_SUCCESS", ".part.crc", "sub/c.csv"):
            store.put(f"s3://bucket/{folder}{key}", b"A\n")
        read = read_objects(store, f"s3://bucket/{folder}", is_import_file)
        assert [uri for uri, _ in read] == [f"s3://bucket/{folder}{key}" for key in ("b.csv", "run-1-part-r-00000")]

    def test_the_object_that_stands_for_the_folder_is_no_file(self) -> None:
        store = MemoryStore()
        store.put("s3://bucket/in/", b"")
        store.put("s3://bucket/in/a.csv", b"A\n")
        assert read_objects(store, "s3://bucket/in/", is_import_file) == [("s3://bucket/in/a.csv", b"A\n")]

    def test_a_deletion_reads_the_csv_files_of_all_folders_inside(self, store: ObjectStore) -> None:
        for key in ("in/b.csv", "in/a.CSV", "in/readme.txt", "in/sub/c.csv", "input.csv"):
            store.put(f"s3://bucket/{key}", key.encode())
        assert read_objects(store, "s3://bucket/in/", is_csv_file) == [
            (f"s3://bucket/{key}", key.encode()) for key in ("in/a.CSV", "in/b.csv", "in/sub/c.csv")
        ]

    @pytest.mark.parametrize(("key", "wanted"), [("in/_SUCCESS", is_import_file), ("in/readme.txt", is_csv_file)])
    def test_a_folder_without_files_is_refused(
        self, store: ObjectStore, key: str, wanted: Callable[[str], bool]
    ) -> None:
        store.put(f"s3://bucket/{key}", b"x")
        with pytest.raises(StoreError, match="There are no CSV files in the folder") as refusal:
            read_objects(store, "s3://bucket/in/", wanted)
        assert refusal.value.reason == "empty"

    def test_a_missing_file_is_refused(self, store: ObjectStore) -> None:
        store.put("s3://bucket/in/a.csv", b"A\n")
        with pytest.raises(StoreError) as refusal:
            read_objects(store, "s3://bucket/in/b.csv", is_import_file)
        assert refusal.value.reason == "missing key"
        assert "slash" not in str(refusal.value)

    def test_a_folder_without_its_slash_is_pointed_out(self, store: ObjectStore) -> None:
        store.put("s3://bucket/in/a.csv", b"A\n")
        with pytest.raises(StoreError, match="a folder needs a slash at its end") as refusal:
            read_objects(store, "s3://bucket/in", is_import_file)
        assert refusal.value.reason == "missing key"


class TestFolder:
    @pytest.mark.parametrize("key", ["../a", "a/../../../b", "/etc/passwd", "a//b", "./a", "a/", "..\\a", "a\0b"])
    def test_no_key_leads_out_of_the_bucket(self, tmp_path: Path, key: str) -> None:
        store = FolderStore(tmp_path / "stores")
        (tmp_path / "a").write_bytes(b"secret")
        (tmp_path / "b").write_bytes(b"secret")
        for ask in (store.get, store.delete, lambda uri: store.put(uri, b"x")):
            with pytest.raises(StoreError) as refusal:
                ask(f"s3://bucket/{key}")
            assert refusal.value.reason == "malformed"
        assert (tmp_path / "a").read_bytes() == b"secret"

    def test_what_the_file_system_does_not_do_is_a_store_error(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object, **__: object) -> None:
            raise PermissionError("not yours")

        store = FolderStore(tmp_path / "stores")
        store.put("s3://bucket/a", b"x")
        monkeypatch.setattr(Path, "unlink", refuse)
        monkeypatch.setattr(Path, "open", refuse)
        for ask in (store.get, store.delete):
            with pytest.raises(StoreError, match="not yours") as refusal:
                ask("s3://bucket/a")
            assert refusal.value.reason == "denied"

    @pytest.fixture
    def linked(self, tmp_path: Path) -> FolderStore:
        """A store with links that lead out of it, to a file and to a folder, and one that does not."""
        outside, bucket = tmp_path / "outside", tmp_path / "stores" / "bucket"
        outside.mkdir()
        bucket.mkdir(parents=True)
        (outside / "secret.csv").write_bytes(b"secret")
        (bucket / "a.csv").write_bytes(b"A\n")
        for link, target in {
            "bucket/file.csv": outside / "secret.csv",
            "bucket/folder": outside,
            "bucket/loop": bucket / "loop",
            "bucket/same.csv": bucket / "a.csv",
            "linked": outside,
        }.items():
            (tmp_path / "stores" / link).symlink_to(target)
        return FolderStore(tmp_path / "stores")

    @pytest.mark.parametrize("address", ["bucket/file.csv", "bucket/folder/secret.csv", "linked/secret.csv"])
    def test_no_link_leads_out_of_the_folder(self, linked: FolderStore, tmp_path: Path, address: str) -> None:
        for ask in (linked.get, linked.delete, lambda uri: linked.put(uri, b"x")):
            with pytest.raises(StoreError) as refusal:
                ask(f"s3://{address}")
            assert refusal.value.reason == "malformed"
        assert (tmp_path / "outside" / "secret.csv").read_bytes() == b"secret"

    def test_what_lies_behind_such_a_link_is_not_listed(self, linked: FolderStore) -> None:
        assert linked.list() == [f"s3://bucket/{name}" for name in ("a.csv", "loop", "same.csv")]
        assert linked.get("s3://bucket/same.csv") == b"A\n"
        with pytest.raises(StoreError) as refusal:
            linked.list("s3://linked/")
        assert refusal.value.reason == "missing bucket"

    def test_buckets_are_sub_folders(self, tmp_path: Path) -> None:
        (tmp_path / "bucket").mkdir()
        (tmp_path / "bucket" / "a.csv").write_bytes(b"A\n")
        store = FolderStore(tmp_path)
        assert store.list("s3://bucket/") == ["s3://bucket/a.csv"]
        store.put("s3://bucket/sub/b.csv", b"B\n")
        assert (tmp_path / "bucket" / "sub" / "b.csv").read_bytes() == b"B\n"

    def test_a_write_that_fails_leaves_the_old_object(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        store = FolderStore(tmp_path)
        store.put("s3://bucket/a", b"old")

        def fail(*_: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(os, "replace", fail)
        with pytest.raises(StoreError, match="Permission denied") as refusal:
            store.put("s3://bucket/a", b"new")
        assert refusal.value.reason == "denied"
        assert store.get("s3://bucket/a") == b"old"
        assert [path.name for path in tmp_path.iterdir()] == ["bucket"]


class TestBoto3:
    def test_long_lists_are_read_page_by_page(self) -> None:
        class Pages:
            """S3 answers at most 1000 objects a page."""

            def list_objects_v2(self, *, ContinuationToken: str = "0", **_: str) -> dict[str, object]:  # noqa: N803
                page = int(ContinuationToken)
                more = {"NextContinuationToken": str(page + 1)} if page < 2 else {}
                return {"Contents": [{"Key": f"k{page}"}], "IsTruncated": page < 2, **more}

        assert Boto3Store(Pages()).list("s3://bucket/") == ["s3://bucket/k0", "s3://bucket/k1", "s3://bucket/k2"]

    @pytest.mark.parametrize(
        ("code", "reason"), [("AccessDenied", "denied"), ("403", "denied"), ("SlowDown", "unavailable")]
    )
    def test_refusals_of_s3_are_told_apart(self, code: str, reason: str) -> None:
        class Refusing:
            def get_object(self, **_: str) -> None:
                error = Exception(f"An error occurred ({code})")
                error.response = {"Error": {"Code": code}}
                raise error

        with pytest.raises(StoreError, match=code) as refusal:
            Boto3Store(Refusing()).get("s3://bucket/a")
        assert refusal.value.reason == reason

    def test_other_trouble_is_a_store_error_too(self) -> None:
        class Broken:
            def put_object(self, **_: object) -> None:
                raise ConnectionError("no route to host")

        with pytest.raises(StoreError, match="no route to host") as refusal:
            Boto3Store(Broken()).put("s3://bucket/a", b"x")
        assert refusal.value.reason == "unavailable"

    def test_more_than_eight_megabytes_are_uploaded_in_several_parts(self, s3: Boto3Store, client: S3Client) -> None:
        content = bytes(range(256)) * 2**16
        s3.put("s3://bucket/small", content[: 8 * 2**20])
        s3.put_parts("s3://bucket/large", (content[start : start + 10**6] for start in range(0, len(content), 10**6)))
        assert s3.get("s3://bucket/large") == content
        tags = {entry["Key"]: entry["ETag"].strip('"') for entry in client.list_objects_v2(Bucket="bucket")["Contents"]}
        assert tags["large"].endswith("-2")
        assert "-" not in tags["small"]

    def test_an_upload_that_breaks_off_is_given_up_at_s3_too(self, s3: Boto3Store, client: S3Client) -> None:
        def parts() -> Iterator[bytes]:
            yield bytes(20 * 2**20)
            raise ConnectionError

        with pytest.raises(ConnectionError):
            s3.put_parts("s3://bucket/large", parts())
        assert "Uploads" not in client.list_multipart_uploads(Bucket="bucket")


class TestMoto:
    def test_an_active_mock_is_found(self, s3: Boto3Store) -> None:
        s3.put("s3://bucket/a", b"x")
        found = store_of_moto("us-east-1")
        assert found is not None
        assert found.get("s3://bucket/a") == b"x"

    def test_without_an_active_mock_there_is_none(self) -> None:
        assert store_of_moto("us-east-1") is None

    def test_moto_is_not_loaded_to_find_out(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delitem(sys.modules, "moto.core.models")
        assert store_of_moto("us-east-1") is None
        assert "moto.core.models" not in sys.modules


def test_copies_of_the_memory_store_change_apart() -> None:
    store = MemoryStore()
    store.put("s3://bucket/a", b"x")
    copy = store.fork()
    store.put("s3://bucket/b", b"x")
    copy.delete("s3://bucket/a")
    assert store.list("s3://bucket/") == ["s3://bucket/a", "s3://bucket/b"]
    assert copy.list("s3://bucket/") == []


def test_text_is_written_as_utf_8():
    store = MemoryStore()
    store.put("s3://bucket/key", "Ünïcode")
    assert store.get("s3://bucket/key") == "Ünïcode".encode()


class TestChoice:
    """What ``s3=`` may be."""

    def chosen(self, setting: object) -> ObjectStore:
        return store_choice(setting, MemoryStore, "us-east-1")()

    @pytest.mark.parametrize("setting", [None, "memory"])
    def test_memory(self, setting: str | None) -> None:
        assert isinstance(self.chosen(setting), MemoryStore)

    @pytest.mark.parametrize("setting", ["existing", "./new", Path("new")])
    def test_a_folder_that_is_there_or_is_named_as_one(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str | Path
    ) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "existing").mkdir()
        store = self.chosen(setting)
        assert isinstance(store, FolderStore)
        assert store.path == Path(setting)

    def test_an_object_store_is_taken_as_it_is(self, store: ObjectStore) -> None:
        assert self.chosen(store) is store

    def test_a_client_is_asked_as_s3(self, client: S3Client) -> None:
        assert self.chosen(client) == Boto3Store(client)

    @pytest.mark.parametrize("setting", ["memroy", "Memory"])
    def test_a_misspelt_name_is_refused_with_the_near_match_and_makes_no_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str
    ) -> None:
        monkeypatch.chdir(tmp_path)
        with pytest.raises(ValueError, match=f"s3='{setting}' is no store; did you mean 'memory'"):
            store_choice(setting, MemoryStore, "us-east-1")
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("setting", [7, {}, MemoryStore, True])
    def test_anything_else_is_refused(self, setting: object) -> None:
        with pytest.raises(ValueError, match="is no store: give 'memory', a folder, an object store or a boto3"):
            store_choice(setting, MemoryStore, "us-east-1")


def test_a_folder_to_write_into_gets_its_slash() -> None:
    assert folder_address("s3://bucket/out") == folder_address("s3://bucket/out/") == "s3://bucket/out/"
    with pytest.raises(StoreError, match="Malformed"):
        folder_address("out")
