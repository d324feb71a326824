"""Offline metrics of user segments."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from math import ceil
from typing import Final, TypeVar

from pytest_personalize.recommenders.attributes import facets
from pytest_personalize.recommenders.holdout import HELD_OUT_OF_SEGMENTS, by_interactions
from pytest_personalize.recommenders.measures import mean
from pytest_personalize.recommenders.segments import SegmentModel, user_segmentation
from pytest_personalize.recommenders.training import Training

_QUERIES: Final = 200
"""At most so many segments are measured, drawn with the seed, to keep the time in bounds."""

Query = TypeVar("Query", int, tuple[str, str])

Segment = tuple[Iterable[int], set[int]]
"""A predicted segment, and the users that should be in it."""

Segments = Callable[[Training, SegmentModel, Mapping[int, set[int]]], Iterator[Segment]]
"""The segments that a model is measured by, given by item the users whose held-out interactions have it."""


def item_segment_metrics(training: Training) -> dict[str, float]:
    """How well the users of an item are foreseen, for each held-out item that the model knows, 200 at most."""
    return _segment_metrics(training, _by_item)


def attribute_segment_metrics(training: Training) -> dict[str, float]:
    """How well the users of items with an attribute are foreseen, for each value of a category, 200 at most."""
    return _segment_metrics(training, _by_attribute)


def _segment_metrics(training: Training, segments: Segments) -> dict[str, float]:
    """How many of the users that did interact are in the predicted top 1 % of users.

    The newest fifth of every user's interactions is held out; the true users of a segment are those with such an
    interaction held out.
    """
    seen, cases = by_interactions(training, HELD_OUT_OF_SEGMENTS)
    model = user_segmentation(seen)
    users_of: dict[int, set[int]] = {}
    for case in cases:
        for row in case.held_out:
            users_of.setdefault(training.log.items[row], set()).add(case.user)
    top = max(1, ceil(len(model.users) / 100))
    hits, recalls = [], []
    shown: set[int] = set()
    for segment, true in segments(training, model, users_of):
        predicted = set(islice(segment, top))
        shown |= predicted
        hits.append(float(len(predicted & true)))
        recalls.append(len(predicted & true) / len(true))
    return {
        "coverage": len(shown) / len(model.users) if model.users else 0.0,
        "hits_at_1_percent": mean(hits),
        "recall_at_1_percent": mean(recalls),
    }


def _by_item(training: Training, model: SegmentModel, users_of: Mapping[int, set[int]]) -> Iterator[Segment]:
    for item in _drawn(training, sorted(item for item in users_of if model.knows(item))):
        yield model.item_segment(item), users_of[item]


def _by_attribute(training: Training, model: SegmentModel, users_of: Mapping[int, set[int]]) -> Iterator[Segment]:
    table = training.records.items_table
    columns = {} if table is None else table.columns
    found = [facet for facet in facets(training.records.schemas.get("ITEMS"), columns) if not facet.edges]
    values = sorted({(facet.name, text) for facet in found for labels in facet.by_row() for text in labels})
    for condition in _drawn(training, values):
        true = {user for item in model.matching([condition]) for user in users_of.get(item, ())}
        if true:
            yield model.attribute_segment([condition]), true


def _drawn(training: Training, queries: list[Query]) -> list[Query]:
    """At most ``_QUERIES`` of them, drawn with the seed, in ascending order."""
    draw = random.Random(training.settings.seed)
    return sorted(draw.sample(queries, min(len(queries), _QUERIES)))
