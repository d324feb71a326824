"""Where jobs read and write: what is looked at before a job exists, and again when it runs, with one text per fault."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from attrs import frozen

from pytest_personalize.data.errors import StoreError
from pytest_personalize.data.s3 import check_bucket
from pytest_personalize.data.stores import folder_address, is_import_file, parse_uri, read_objects, write_parts
from pytest_personalize.failure import Failure
from pytest_personalize.service.kernel.account import Region
from pytest_personalize.service.kernel.errors import refusal
from pytest_personalize.service.kernel.operations import structure
from pytest_personalize.service.kernel.resource import Resource

T = TypeVar("T")

PROBE: Final = "_CHECK"
"""The object that the service leaves in an output folder to see whether it may write there (sample notebooks)."""

GUIDE: Final = (
    "https://docs.aws.amazon.com/personalize/latest/dg/granting-personalize-s3-access.html#attach-bucket-policy"
)


@structure
@frozen(kw_only=True)
class DataSource:
    """Where the files of an import or deletion job are: one object, or a folder with a slash at its end."""

    data_location: str | None = None


@structure
@frozen(kw_only=True)
class S3DataConfig:
    """An address in Amazon S3, and the key that encrypts what is written there."""

    path: str
    kms_key_arn: str | None = None


def read_files(
    region: Region,
    source: DataSource,
    wanted: Callable[[str], bool] = is_import_file,
    *,
    reader: Resource | None = None,
) -> list[tuple[str, bytes]]:
    """Address and content of the CSV files of a job, in a folder the ``wanted``; refused when they cannot be read.

    ``reader`` is what they are for, where the account may want to know before they are looked at.
    """
    location = source.data_location or ""
    _stock(region, location, reader)
    return _accessible(lambda: read_objects(region.account.store(), location, wanted), "data location", location)


def input_objects(region: Region, config: S3DataConfig, *, reader: Resource | None = None) -> list[str]:
    """The addresses of the input of a batch job, without what an earlier job has left there; refused without any.

    ``reader`` as in ``read_files``.
    """
    _stock(region, config.path, reader)

    def read() -> list[str]:
        parse_uri(config.path)
        return region.account.store().list(config.path)

    found = _accessible(read, "input path", config.path)
    wanted = [uri for uri in found if not uri.endswith(f"/{PROBE}")]
    if not wanted:
        raise refusal("input path", problem=f"No object starts with {config.path}.")
    return wanted


def _stock(region: Region, location: str, reader: Resource | None) -> None:
    if reader is not None and region.account.stock is not None:
        region.account.stock(region, location, reader)


def output_folder(region: Region, config: S3DataConfig) -> str:
    """The address of an output folder, with the slash at its end; refused when nothing can be written there.

    unknown: [jobs/output-without-access] how a job with an output location that it has no access to is refused. chosen:
    as one without its input
    """

    def look() -> str:
        folder = folder_address(config.path)
        check_bucket(region.account.store(), folder)
        return folder

    return _accessible(look, "output path", config.path)


def write(region: Region, uri: str, texts: Iterable[str]) -> None:
    """Leave a file in a bucket, text after text; Failure when that cannot be done."""
    try:
        write_parts(region.account.store(), uri, map(str.encode, texts))
    except StoreError as error:
        raise Failure(f"Invalid S3 output path. {error}") from None


def _accessible(look: Callable[[], T], row: str, path: str) -> T:
    """What a look at a store gives; otherwise refused as without access, or with that row when nothing is there."""
    try:
        return look()
    except StoreError as error:
        if error.reason in ("missing bucket", "denied"):
            raise refusal("no access", guide=GUIDE, bucket=parse_uri(path)[0]) from None
        if error.reason == "unavailable":
            raise
        raise refusal(row, problem=error) from None
