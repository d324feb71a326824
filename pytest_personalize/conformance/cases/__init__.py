"""All cases, area by area."""

from __future__ import annotations

from typing import Final

from pytest_personalize.conformance.case import Case
from pytest_personalize.conformance.cases import (
    deployment,
    events,
    filters,
    groups,
    jobs,
    lists,
    requests,
    runtime,
    schemas,
    solutions,
    tags,
    training,
)

AREAS: Final = (
    *(requests, lists, groups, schemas, filters, events, tags),
    *(solutions, deployment, training, runtime, jobs),
)
CASES: Final[tuple[Case, ...]] = tuple(case for area in AREAS for case in area.BOOK.cases)
