"""One pager for all lists: opaque tokens, bound to the operation and to its filter."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from pytest_personalize.service.kernel.account import Region
from pytest_personalize.service.kernel.errors import refusal
from pytest_personalize.service.kernel.operations import Page
from pytest_personalize.service.kernel.state import KINDS

PAGE_SIZE: Final = 100  # documented for the batch job lists, taken for all


def list_page(
    region: Region,
    cls: type[Any],
    parent_arn: str | None,
    next_token: str | None,
    max_results: int | None,
) -> Page:
    """A page of the resources of a class, of those below ``parent_arn`` when one is given; a look at each of them.

    Raises InvalidNextTokenException for a token that this list with this filter did not give, InvalidInputException for
    a parent of another type, account or region.
    """
    if parent_arn is not None:
        _check_parent(region, cls, parent_arn)
    scope = f"{region.arn(cls.kind, '')}?{parent_arn or ''}"
    after = _position(scope, next_token)
    table = region.rows(cls)
    read = table.newest_first if cls.newest_first else table.page
    rows, following = read(parent_arn, after, max_results or PAGE_SIZE)
    look = region.engine.look
    if region.engine.agenda.moving:
        rows = [seen for row in rows if (seen := look(region, row)) is not None]
    return Page(rows, None if following is None else _token(scope, following))


def _check_parent(region: Region, cls: type[Any], parent_arn: str) -> None:
    """Refuse what can be no parent of that class.

    unknown: [lists/below-nothing] whether a list below something that does not exist is refused. chosen: no, as jobs
    outlive their dataset.
    """
    kind = _parent_kind(cls.parent_field)
    if not parent_arn.startswith(region.arn(kind, "")):
        raise refusal("wrong arn", wanted=kind, arn=parent_arn)


@cache
def _parent_kind(arn_field: str) -> str:
    """What the ARNs in a member say: ``solution`` in ``solution_version_arn``."""
    parent = KINDS[arn_field.removesuffix("_arn").replace("_", "-")]
    return parent.arn_kind or parent.kind


def numbered_page(scope: str, rows: Iterable[tuple[int, Any]], next_token: str | None, size: int) -> Page:
    """A page of rows with numbers that rise and that they keep, so that none is passed over when others go."""
    after = _position(scope, next_token)
    left = [(number, row) for number, row in rows if number > after]
    chosen = left[:size]
    return Page([row for _, row in chosen], _token(scope, chosen[-1][0]) if len(left) > size else None)


def _token(scope: str, position: int) -> str:
    text = f"{position}."
    return base64.b64encode(text.encode() + _seal(scope, text)).decode()


def _position(scope: str, token: str | None) -> int:
    if token is None:
        return 0
    try:
        text, dot, seal = base64.b64decode(token, validate=True).partition(b".")
        if seal == _seal(scope, f"{text.decode()}.") and dot:
            return int(text)
    except ValueError:
        pass
    raise refusal("next token", token=token)


def _seal(scope: str, text: str) -> bytes:
    return hashlib.blake2b(f"{scope}#{text}".encode(), digest_size=18).digest()
