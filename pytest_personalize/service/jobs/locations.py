"""Where jobs read and write: what is looked at before a job exists, and again when it runs, with one text per fault."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, NoReturn

from attrs import frozen

from pytest_personalize.data.errors import StoreError
from pytest_personalize.data.s3 import check_bucket
from pytest_personalize.data.stores import folder_address, is_import_file, parse_uri, read_objects, write_parts
from pytest_personalize.failure import Failure
from pytest_personalize.service.kernel.account import Region
from pytest_personalize.service.kernel.errors import refusal
from pytest_personalize.service.kernel.operations import structure
from pytest_personalize.service.kernel.resource import Resource

PROBE: Final = "_CHECK"
"""The object that the service leaves in an output folder to see whether it may write there (sample notebooks)."""

_PROBED: Final = f"/{PROBE}"

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
    try:
        return read_objects(region.account.store(), location, wanted)
    except StoreError as error:
        _refuse(error, "data location", location)


def input_objects(region: Region, config: S3DataConfig, *, reader: Resource | None = None) -> list[str]:
    """The addresses of the input of a batch job, without what an earlier job has left there; refused without any.

    ``reader`` as in ``read_files``.
    """
    path = config.path
    _stock(region, path, reader)
    try:
        parse_uri(path)
        found = region.account.store().list(path)
    except StoreError as error:
        _refuse(error, "input path", path)
    wanted = [uri for uri in found if not uri.endswith(_PROBED)]
    if not wanted:
        raise refusal("input path", problem=f"No object starts with {path}.")
    return wanted


def _stock(region: Region, location: str, reader: Resource | None) -> None:
    if reader is not None and region.account.stock is not None:
        region.account.stock(region, location, reader)


def output_folder(region: Region, config: S3DataConfig) -> str:
    """The address of an output folder, with the slash at its end; refused when nothing can be written there.

    unknown: [jobs/output-without-access] how a job with an output location that it has no access to is refused. chosen:
    as one without its input
    """
    try:
        folder = folder_address(config.path)
        check_bucket(region.account.store(), folder)
    except StoreError as error:
        _refuse(error, "output path", config.path)
    return folder


def write(region: Region, uri: str, texts: Iterable[str]) -> None:
    """Leave a file in a bucket, text after text; Failure when that cannot be done."""
    try:
        write_parts(region.account.store(), uri, map(str.encode, texts))
    except StoreError as error:
        raise Failure(f"Invalid S3 output path. {error}") from None


def _refuse(error: StoreError, row: str, path: str) -> NoReturn:
    """What a look at a store met: it is refused as without access, or with that row when nothing is there."""
    if error.reason in ("missing bucket", "denied"):
        raise refusal("no access", guide=GUIDE, bucket=parse_uri(path)[0]) from None
    if error.reason == "unavailable":
        raise error
    raise refusal(row, problem=error) from None
