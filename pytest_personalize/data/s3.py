"""S3 by way of a boto3 client, and the S3 of moto."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from itertools import chain
from typing import Any, Final

from attrs import define

from pytest_personalize.data.errors import StoreError, StoreReason
from pytest_personalize.data.stores import (
    MISSING,
    SCHEME,
    ObjectStore,
    as_bytes,
    object_uri,
    of_all_buckets,
    parse_uri,
)

_REASONS: Final[dict[str, StoreReason]] = {
    "NoSuchBucket": "missing bucket",
    "NoSuchKey": "missing key",
    "NotFound": "missing key",
    "404": "missing key",
    "AccessDenied": "denied",
    "AllAccessDisabled": "denied",
    "AccountProblem": "denied",
    "ExpiredToken": "denied",
    "InvalidAccessKeyId": "denied",
    "SignatureDoesNotMatch": "denied",
    "403": "denied",
}
"""Error codes of S3 by what they mean for a job."""

_BLOCK: Final = 2**16
"""Bytes that are read at a time."""

_UPLOAD: Final = 8 * 2**20
"""Bytes of one upload of several; S3 takes no fewer than 5 MB but in the last, and no more than 10,000 uploads."""


@define
class Boto3Store:
    """S3 by way of a client that the caller made, such as one for moto's mock, MinIO, or a bucket of one's own."""

    client: Any
    """A boto3 S3 client; anything with the same methods will do."""

    def __repr__(self) -> str:
        return "<objects behind an S3 client>"

    def get(self, uri: str) -> bytes:
        """The content of an object."""
        bucket, key = object_uri(uri)
        data: bytes = self._call("get_object", uri, Bucket=bucket, Key=key)["Body"].read()
        return data

    def get_parts(self, uri: str) -> Iterator[bytes]:
        """The content of an object, as it comes over the line."""
        bucket, key = object_uri(uri)
        body = self._call("get_object", uri, Bucket=bucket, Key=key)["Body"]
        while part := body.read(_BLOCK):
            yield part

    def put(self, uri: str, data: bytes | str) -> None:
        """Write an object."""
        self.put_parts(uri, (as_bytes(data),))

    def put_parts(self, uri: str, parts: Iterable[bytes]) -> None:
        """Write an object; one of more than 8 MB in several uploads, which S3 makes an object of at the end."""
        bucket, key = object_uri(uri)
        place = {"Bucket": bucket, "Key": key}
        uploads = _uploads(parts)
        first, second = next(uploads), next(uploads, None)
        if second is None:
            self._call("put_object", uri, Body=first, **place)
            return
        place["UploadId"] = self._call("create_multipart_upload", uri, **place)["UploadId"]
        try:
            done = [
                {"PartNumber": number, "ETag": self._upload(uri, PartNumber=number, Body=body, **place)}
                for number, body in enumerate(chain((first, second), uploads), 1)
            ]
            self._call("complete_multipart_upload", uri, MultipartUpload={"Parts": done}, **place)
        except BaseException:
            with suppress(StoreError):  # what S3 was given so far costs money for as long as it lies there
                self._call("abort_multipart_upload", uri, **place)
            raise

    def _upload(self, uri: str, **members: object) -> str:
        tag: str = self._call("upload_part", uri, **members)["ETag"]
        return tag

    def list(self, prefix_uri: str | None = None) -> list[str]:
        """The addresses of all objects that begin like this, in the order of their keys."""
        if prefix_uri is None:
            return of_all_buckets(self, (one["Name"] for one in self._call("list_buckets", SCHEME)["Buckets"]))
        bucket, prefix = parse_uri(prefix_uri)
        names: list[str] = []
        token: dict[str, str] = {}
        while True:
            page = self._call("list_objects_v2", prefix_uri, Bucket=bucket, Prefix=prefix, **token)
            names += [f"{SCHEME}{bucket}/{entry['Key']}" for entry in page.get("Contents", ())]
            if not page.get("IsTruncated"):
                return sorted(names)
            token = {"ContinuationToken": page["NextContinuationToken"]}

    def delete(self, uri: str) -> None:
        """Remove an object, if there is one."""
        bucket, key = object_uri(uri)
        self._call("delete_object", uri, Bucket=bucket, Key=key)

    def _call(self, operation: str, uri: str, **members: object) -> Any:
        try:
            return getattr(self.client, operation)(**members)
        except Exception as error:  # botocore's ClientError and kin, which this room does not import
            response = getattr(error, "response", None) or {}
            code = str(response.get("Error", {}).get("Code", ""))
            reason = _REASONS.get(code, "unavailable")
            if reason in MISSING:
                raise MISSING[reason](uri) from error
            raise StoreError(f"S3 refused {operation}: {error}", reason=reason, uri=uri) from error


def _uploads(parts: Iterable[bytes]) -> Iterator[bytes]:
    """The parts in pieces of ``_UPLOAD`` bytes, the last one (or the only one) shorter."""
    waiting = bytearray()
    for part in parts:
        waiting += part
        while len(waiting) > _UPLOAD:
            yield bytes(waiting[:_UPLOAD])
            del waiting[:_UPLOAD]
    yield bytes(waiting)


def check_bucket(store: ObjectStore, uri: str) -> None:
    """StoreError when there is no bucket to write into; in stores of our own there always is one."""
    if isinstance(store, Boto3Store):
        store.list(uri)


def store_of_moto(region: str) -> Boto3Store | None:
    """The S3 of moto, when its mock is active in this process, else None; moto is not loaded for this."""
    models = sys.modules.get("moto.core.models")
    if models is None:
        return None
    stubber = getattr(models, "botocore_stubber", None)
    return Boto3Store(_client_for_moto(region)) if getattr(stubber, "enabled", False) else None


@cache
def _client_for_moto(region: str) -> Any:
    """A client of a session of its own, so that the user's default session and credentials stay out of it."""
    session = sys.modules["boto3"].Session(aws_access_key_id="moto", aws_secret_access_key="moto", region_name=region)
    return session.client("s3")
