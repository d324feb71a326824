"""Object stores: where import, export and batch jobs find and leave their files."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final, Protocol, runtime_checkable

from attrs import define, field

from pytest_personalize.data.errors import StoreError, StoreReason

SCHEME: Final = "s3://"
_BLOCK: Final = 2**16
"""Bytes that are read from a file at a time."""


class ObjectStore(Protocol):
    """Objects by address, ``s3://bucket/key``. Every method raises ``StoreError`` when it cannot do its work."""

    def get(self, uri: str) -> bytes:
        """The content of an object."""

    def put(self, uri: str, data: bytes | str) -> None:
        """Write an object (text as UTF-8), wholly or not at all; the bucket need not exist in stores of our own."""

    def list(self, prefix_uri: str | None = None) -> list[str]:
        """The addresses of all objects that begin like this, in the order of their keys; without it, of all buckets."""

    def delete(self, uri: str) -> None:
        """Remove an object; nothing happens when there is none, as in S3."""


@runtime_checkable
class PartStore(ObjectStore, Protocol):
    """A store for objects that need not fit into memory, such as all of our own."""

    def get_parts(self, uri: str) -> Iterator[bytes]:
        """The content of an object, a part at a time."""

    def put_parts(self, uri: str, parts: Iterable[bytes]) -> None:
        """Write an object as its parts come, wholly or not at all."""


def read_parts(store: ObjectStore, uri: str) -> Iterator[bytes]:
    """The content of an object, a part at a time where the store can do that."""
    return store.get_parts(uri) if isinstance(store, PartStore) else iter((store.get(uri),))


def write_parts(store: ObjectStore, uri: str, parts: Iterable[bytes]) -> None:
    """Write an object, wholly or not at all; a part at a time where the store can do that."""
    if isinstance(store, PartStore):
        store.put_parts(uri, parts)
    else:
        store.put(uri, b"".join(parts))


def of_all_buckets(store: ObjectStore, buckets: Iterable[str]) -> list[str]:
    """The addresses of all objects in these buckets."""
    return [uri for bucket in sorted(buckets) for uri in store.list(f"{SCHEME}{bucket}/")]


def as_bytes(data: bytes | str) -> bytes:
    """What is written: text as UTF-8."""
    return data.encode() if isinstance(data, str) else bytes(data)


@lru_cache(maxsize=1024)
def parse_uri(uri: str) -> tuple[str, str]:
    """Bucket and key (or prefix, possibly empty) of an S3 address.

    Raises:
        StoreError: It is no address of the form ``s3://bucket/key``.
    """
    bucket, _, key = uri.removeprefix(SCHEME).partition("/")
    if not uri.startswith(SCHEME) or not bucket or bucket.strip(".") == "" or set(bucket) & set(" \\:\0"):
        raise StoreError("Malformed S3 location: expected s3://bucket/key", reason="malformed", uri=uri)
    return bucket, key


def folder_address(uri: str) -> str:
    """The address of a folder to write into, with the slash at its end; StoreError as in ``parse_uri``."""
    folder = uri if uri.endswith("/") else f"{uri}/"
    parse_uri(folder)
    return folder


def is_import_file(name: str) -> bool:
    """Whether an import reads an object of a folder, by its name below it: whatever is in no folder further down.

    unknown: [jobs/objects-passed-over] what is passed over. chosen: what Hive and Athena do, ``_SUCCESS`` and ``.x``
    """
    return "/" not in name and not name.startswith(("_", "."))


def is_csv_file(name: str) -> bool:
    """Whether a data deletion job reads an object of a folder, by its name below it: ``*.csv``, however far down."""
    return name.lower().endswith(".csv")


def read_objects(store: ObjectStore, uri: str, wanted: Callable[[str], bool]) -> list[tuple[str, bytes]]:
    """The files that a data location stands for.

    Args:
        store: Where to read.
        uri: One object, or a folder (with a slash at its end).
        wanted: Which objects of a folder are read: ``is_import_file`` or ``is_csv_file``.

    Returns:
        Address and content of each, in the order of the addresses.

    Raises:
        StoreError: There is nothing to read.
    """
    bucket, key = parse_uri(uri)
    if key and not key.endswith("/"):
        names = [uri]
    else:
        folder = f"{SCHEME}{bucket}/{key}"
        names = [name for name in store.list(folder) if name != folder and wanted(name.removeprefix(folder))]
        if not names:
            raise StoreError("There are no CSV files in the folder", reason="empty", uri=uri)
    return [(name, _content_of(store, name)) for name in names]


def _content_of(store: ObjectStore, uri: str) -> bytes:
    try:
        return store.get(uri)
    except StoreError as error:
        if error.reason == "missing key" and store.list(f"{uri}/"):
            hint = f"{error.problem}: a folder needs a slash at its end"
            raise StoreError(hint, reason="missing key", uri=uri) from None
        raise


@lru_cache(maxsize=1024)
def object_uri(uri: str) -> tuple[str, str]:
    """Bucket and key of one object; StoreError as in ``parse_uri``, or without a key."""
    bucket, key = parse_uri(uri)
    if not key:
        raise StoreError("The S3 location has no key", reason="malformed", uri=uri)
    return bucket, key


def _missing_bucket(uri: str) -> StoreError:
    return StoreError("The bucket does not exist", reason="missing bucket", uri=uri)


def _missing_key(uri: str) -> StoreError:
    return StoreError("The object does not exist", reason="missing key", uri=uri)


MISSING: Final[Mapping[StoreReason, Callable[[str], StoreError]]] = {
    "missing bucket": _missing_bucket,
    "missing key": _missing_key,
}
"""What is said in the same words whatever the store is."""


@define
class MemoryStore:
    """Objects in memory; a bucket begins to exist with its first object."""

    _buckets: dict[str, dict[str, bytes]] = field(factory=dict)

    def __repr__(self) -> str:
        counts = (f"{len(objects)} in {bucket!r}" for bucket, objects in self._buckets.items())
        return f"<objects in memory: {', '.join(counts) or 'none'}>"

    def get(self, uri: str) -> bytes:
        """The content of an object."""
        bucket, key = object_uri(uri)
        objects = self._bucket(bucket, uri)
        if key not in objects:
            raise _missing_key(uri)
        return objects[key]

    def put(self, uri: str, data: bytes | str) -> None:
        """Write an object."""
        bucket, key = object_uri(uri)
        self._buckets.setdefault(bucket, {})[key] = as_bytes(data)

    def get_parts(self, uri: str) -> Iterator[bytes]:
        """The content of an object, in one part."""
        yield self.get(uri)

    def put_parts(self, uri: str, parts: Iterable[bytes]) -> None:
        """Write an object when all its parts are there."""
        self.put(uri, b"".join(parts))

    def list(self, prefix_uri: str | None = None) -> list[str]:
        """The addresses of all objects that begin like this, in the order of their keys."""
        if prefix_uri is None:
            return of_all_buckets(self, self._buckets)
        bucket, prefix = parse_uri(prefix_uri)
        keys = self._bucket(bucket, prefix_uri)
        return sorted([f"{SCHEME}{bucket}/{key}" for key in keys if key.startswith(prefix)])

    def delete(self, uri: str) -> None:
        """Remove an object, if there is one."""
        bucket, key = object_uri(uri)
        self._bucket(bucket, uri).pop(key, None)

    def fork(self) -> MemoryStore:
        """An independent copy."""
        return MemoryStore({bucket: objects.copy() for bucket, objects in self._buckets.items()})

    def _bucket(self, bucket: str, uri: str) -> dict[str, bytes]:
        objects = self._buckets.get(bucket)
        if objects is None:
            raise _missing_bucket(uri)
        return objects


class FolderStore:
    """Files below a folder whose sub-folders are the buckets; what a link leads out of it to is not there.

    Args:
        path: The folder; it is made when it does not exist.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self.path.mkdir(parents=True, exist_ok=True)

    def __repr__(self) -> str:
        return f"<objects in files below {self.path}>"

    def get(self, uri: str) -> bytes:
        """The content of a file."""
        return b"".join(self.get_parts(uri))

    def get_parts(self, uri: str) -> Iterator[bytes]:
        """The content of a file, a block at a time."""
        bucket, key = object_uri(uri)
        file = self._file(bucket, key, uri)
        if not self._is_bucket(self.path / bucket):
            raise _missing_bucket(uri)
        try:
            with file.open("rb") as stream:
                while block := stream.read(_BLOCK):
                    yield block
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            raise _missing_key(uri) from None
        except OSError as error:
            raise _trouble(error, uri) from error

    def put(self, uri: str, data: bytes | str) -> None:
        """Write a file."""
        self.put_parts(uri, (as_bytes(data),))

    def put_parts(self, uri: str, parts: Iterable[bytes]) -> None:
        """Write a file under a name of its own first, so that no reader meets half of it."""
        bucket, key = object_uri(uri)
        file = self._file(bucket, key, uri)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            handle, partial = tempfile.mkstemp(dir=self.path, prefix=".partial-")
            try:
                with os.fdopen(handle, "wb") as stream:
                    stream.writelines(parts)
                os.replace(partial, file)
            except BaseException:
                os.unlink(partial)
                raise
        except OSError as error:
            raise _trouble(error, uri) from error

    def list(self, prefix_uri: str | None = None) -> list[str]:
        """The addresses of all files that begin like this, in the order of their keys."""
        if prefix_uri is None:
            return of_all_buckets(self, (folder.name for folder in self.path.iterdir() if self._is_bucket(folder)))
        bucket, prefix = parse_uri(prefix_uri)
        folder = self.path / bucket
        if not self._is_bucket(folder):
            raise _missing_bucket(prefix_uri)
        keys = sorted(key for key in _keys(folder) if key.startswith(prefix) and self._shows(folder / key))
        return [f"{SCHEME}{bucket}/{key}" for key in keys]

    def delete(self, uri: str) -> None:
        """Remove a file, if there is one."""
        bucket, key = object_uri(uri)
        file = self._file(bucket, key, uri)
        if not self._is_bucket(self.path / bucket):
            raise _missing_bucket(uri)
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            if file.is_file():  # and neither a folder nor below a file, which hold no object of this key
                raise _trouble(error, uri) from error

    def _file(self, bucket: str, key: str, uri: str) -> Path:
        """Where an object lives; keys that could lead out of the bucket have no place."""
        parts = key.split("/")
        file = self.path.joinpath(bucket, *parts)
        strange = any(part in ("", ".", "..") or "\\" in part or "\0" in part for part in parts)
        if strange or not file.is_relative_to(self.path / bucket) or not self._holds(file):
            raise StoreError("A folder cannot hold an object of this key", reason="malformed", uri=uri)
        return file

    def _is_bucket(self, folder: Path) -> bool:
        return folder.is_dir() and self._holds(folder)

    def _holds(self, path: Path) -> bool:
        """Whether a path is still inside when all links are followed."""
        return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(self.path))

    def _shows(self, file: Path) -> bool:
        return not file.is_symlink() or self._holds(file)


def _keys(folder: Path) -> Iterator[str]:
    for where, _, names in os.walk(folder):
        for name in names:
            yield Path(where, name).relative_to(folder).as_posix()


def _trouble(error: OSError, uri: str) -> StoreError:
    reason: StoreReason = "denied" if isinstance(error, PermissionError) else "unavailable"
    return StoreError(f"The file cannot be used: {error.strerror or error}", reason=reason, uri=uri)
