"""All cases, area by area."""

from __future__ import annotations

from typing import Final

from pytest_personalize.conformance.case import Case
from pytest_personalize.conformance.cases import (
    batch,
    campaigns,
    events,
    filtering,
    filters,
    groups,
    jobs,
    lists,
    metrics,
    recommenders,
    requests,
    runtime,
    schemas,
    solutions,
    tags,
    trackers,
    training,
    versions,
)

AREAS: Final = (
    *(requests, lists, groups, trackers, schemas, filters, events, tags, solutions, versions),
    *(campaigns, recommenders, training, runtime, filtering, jobs, batch, metrics),
)
CASES: Final[tuple[Case, ...]] = tuple(case for area in AREAS for case in area.BOOK.cases)
