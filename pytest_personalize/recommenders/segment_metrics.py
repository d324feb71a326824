"""Offline metrics of user segments."""

from __future__ import annotations

import random
from collections.abc import Iterable
from itertools import islice
from math import ceil
from typing import Final

from pytest_personalize.recommenders.attributes import facets
from pytest_personalize.recommenders.holdout import HELD_OUT_OF_SEGMENTS, by_interactions
from pytest_personalize.recommenders.measures import mean
from pytest_personalize.recommenders.segments import SegmentModel, user_segmentation
from pytest_personalize.recommenders.training import Training

_QUERIES: Final = 200
"""At most so many segments are measured, drawn with the seed, to keep the time in bounds."""


def segment_metrics(training: Training) -> dict[str, float]:
    """How many of the users that did interact are in the predicted top 1 % of users.

    The newest fifth of every user's interactions is held out. Segments are asked for each item in it or, for
    attributes, for each value of a categorical column; the true users are those with such an interaction held out.
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
    for segment, true in _segments(training, model, users_of):
        predicted = set(islice(segment, top))
        shown |= predicted
        hits.append(float(len(predicted & true)))
        recalls.append(len(predicted & true) / len(true))
    return {
        "coverage": len(shown) / len(model.users) if model.users else 0.0,
        "hits_at_1_percent": mean(hits),
        "recall_at_1_percent": mean(recalls),
    }


def _segments(
    training: Training, model: SegmentModel, users_of: dict[int, set[int]]
) -> Iterable[tuple[Iterable[int], set[int]]]:
    """Segments and the users that should be in them."""
    draw = random.Random(training.settings.seed)
    if training.recipe.name == "aws-item-affinity":
        items = sorted(item for item in users_of if model.knows(item))
        for item in sorted(draw.sample(items, min(len(items), _QUERIES))):
            yield model.item_segment(item), users_of[item]
        return
    table = training.records.items_table
    columns = {} if table is None else table.columns
    found = [facet for facet in facets(training.records.schemas.get("ITEMS"), columns) if not facet.edges]
    values = sorted({(facet.name, text) for facet in found for labels in facet.by_row() for text in labels})
    for condition in sorted(draw.sample(values, min(len(values), _QUERIES))):
        true = {user for item in model.matching([condition]) for user in users_of.get(item, ())}
        if true:
            yield model.attribute_segment([condition]), true
