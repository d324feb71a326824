"""The part of the records that a training looks at."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress
from math import ceil, inf
from operator import and_
from typing import Final

from attrs import field, frozen

from pytest_personalize.data.events import EventLog
from pytest_personalize.data.records import Records
from pytest_personalize.recommenders.model import Model, Settings, TrainingError
from pytest_personalize.recommenders.recipe import Recipe

Mask = bytes
"""One byte a row of the interactions: 1 takes part, 0 does not."""


@frozen(kw_only=True, eq=False)
class Training:
    """One training: a recipe, its settings, the records as they are now, and the interactions that take part.

    ``mask`` is None when all rows of the interactions take part.
    """

    recipe: Recipe
    records: Records
    settings: Settings
    log: EventLog
    mask: Mask | None = None

    @property
    def item_count(self) -> int:
        """One more than the largest item index."""
        return len(self.records.items)

    @property
    def user_count(self) -> int:
        """One more than the largest user index."""
        return len(self.records.users)

    def column(self, values: array[int]) -> array[int]:
        """The entries of a column of the interactions that take part."""
        return values if self.mask is None else array(values.typecode, compress(values, self.mask))

    def rows_of_user(self, user: int) -> Sequence[int]:
        """The rows of a user that take part, oldest first."""
        rows = self.log.rows_of_user(user)
        mask = self.mask
        return rows if mask is None else [row for row in rows if mask[row]]

    def hyperparameter(self, name: str) -> str | None:
        """The value asked for, or else the default of the recipe; None when the recipe has no such one."""
        known = self.recipe.hyperparameter(name)
        return self.settings.hyperparameters.get(name, known.default if known else None)

    def number(self, name: str, otherwise: float) -> float:
        """A numeric hyperparameter, or ``otherwise`` when the recipe has no such one."""
        text = self.hyperparameter(name)
        return otherwise if text is None else float(text)

    def switch(self, *names: str) -> bool:
        """Whether the first of these hyperparameters that the recipe has is true; true when it has none."""
        texts = (self.hyperparameter(name) for name in names)
        return next((text for text in texts if text is not None), "true").casefold() == "true"

    def without(self, rows: Mask) -> Training:
        """The same training but for the rows whose byte is 1."""
        hidden = rows.translate(_OPPOSITE)
        mask = hidden if self.mask is None else bytes(map(and_, self.mask, hidden))
        return Training(recipe=self.recipe, records=self.records, settings=self.settings, log=self.log, mask=mask)


_OPPOSITE = bytes((1, 0)) + bytes(254)


@frozen(kw_only=True)
class Census:
    """What the minimums of the service are held against: counts after filtering by event type and value."""

    interactions: int
    users: int
    users_with_two_interactions: int


def prepare(recipe: Recipe, records: Records, settings: Settings) -> Training:
    """Choose the interactions that take part.

    Raises:
        TrainingError: A dataset that the recipe trains on does not exist.
    """
    for dataset_type in recipe.required_datasets:
        if dataset_type not in records.schemas:
            raise TrainingError(f"Dataset of type {dataset_type} is required by {recipe.name} but does not exist.")
    view = records.view()
    log = EventLog() if view.interactions is None else view.interactions
    event_type = recipe.required_event_type or settings.event_type
    mask = _mask(log, event_type, settings)
    return Training(recipe=recipe, records=view, settings=settings, log=log, mask=mask)


def require_rows(recipe: Recipe, records: Records, settings: Settings) -> None:
    """Refuse to train on nothing, which is a fault of its own, whatever the minimums are.

    Raises:
        TrainingError: No row is left after filtering by event type and value.
    """
    empty = [kind for kind in recipe.datasets_with_data if not records.holds(kind)]
    if empty and "INTERACTIONS" not in empty:
        raise TrainingError(f"Create failed. There are no records of type {' and '.join(empty)}.")
    training = prepare(recipe, records, settings)
    schema = records.schemas.get("INTERACTIONS")
    typed = schema is not None and schema.field("EVENT_TYPE") is not None
    if typed and len(training.log) and RESERVED_EVENT_TYPES.issuperset(training.log.event_types):
        # printed: amazon-personalize-samples issue 142
        raise TrainingError("All values in the event_type column are either reserved keywords or null")
    if "INTERACTIONS" in recipe.datasets_with_data and not training.column(training.log.users):
        raise TrainingError(f"Dataset has fewer than 1 interactions{after_filtering(recipe, settings)}")


def after_filtering(recipe: Recipe, settings: Settings) -> str:
    """The end of the refusal of too few interactions, quoted with an event type (developer guide, error messages)."""
    event_type = recipe.required_event_type or settings.event_type
    return f" after filtering by event type: {event_type}" if event_type else "."


RESERVED_EVENT_TYPES: Final = frozenset({"", "USER_ID", "ITEM_ID", "TIMESTAMP", "EVENT_TYPE", "EVENT_VALUE"})
"""unknown: [versions/reserved-event-types] which keywords are reserved. chosen: null, and the names of the fields of
interactions."""


def fit(recipe: Recipe, records: Records, settings: Settings) -> Model:
    """Train a model on the records as they are now.

    Raises:
        TrainingError: The data do not allow it, for instance because a dataset is missing.
    """
    return recipe.recommender(prepare(recipe, records, settings))


def census(recipe: Recipe, records: Records, settings: Settings) -> Census:
    """Count what a training would see.

    Raises:
        TrainingError: A dataset that the recipe trains on does not exist.
    """
    training = prepare(recipe, records, settings)
    lengths = array("I", bytes(4 * training.user_count))
    for user in training.column(training.log.users):
        lengths[user] += 1
    present = [length for length in lengths if length]
    return Census(
        interactions=sum(present),
        users=len(present),
        users_with_two_interactions=sum(length > 1 for length in present),
    )


def _mask(log: EventLog, event_type: str | None, settings: Settings) -> Mask | None:
    """The rows of the wanted types and values; None for all rows.

    unknown: [versions/types-outside-the-configuration] whether types outside an events configuration are trained on.
    chosen: no
    """
    wanted = dict(settings.event_thresholds)
    wanted |= {name: wanted.get(name, -inf) for name in settings.event_weights}
    if event_type is not None:
        threshold = settings.event_value_threshold
        wanted = {event_type: -inf if threshold is None else threshold}
    elif settings.event_value_threshold is not None:
        wanted = dict.fromkeys(log.event_types, settings.event_value_threshold)
    if not wanted:
        return None
    lowest = log.by_code(wanted)
    takes_any = bytes(threshold == -inf for threshold in lowest)
    if all(threshold in (None, -inf) for threshold in lowest):
        return bytes(map(takes_any.__getitem__, log.types))
    # A null value is NaN and reaches no threshold; so does every row of a schema without EVENT_VALUE.
    values = log.values if log.has_values else array("d", (-inf,)) * len(log)
    return bytes(
        takes_any[code] or ((threshold := lowest[code]) is not None and value >= threshold)
        for code, value in zip(log.types, values, strict=True)
    )


@frozen(kw_only=True, eq=False)
class Histories:
    """The distinct items of every user, in the order in which the user first met them.

    ``items[offsets[n]:offsets[n + 1]]`` is the history of ``users[n]``. ``repeat_share`` is the share of interactions,
    those of the same moment counted once, in which a user came back to an item.
    """

    users: array[int]
    offsets: array[int]
    items: array[int]
    repeat_share: float = field(default=0.0)

    @classmethod
    def of(cls, parts: Iterable[tuple[int, Iterable[int]]]) -> Histories:
        """Those of pairs of a user and their items."""
        users, offsets, items = array("I"), array("I", (0,)), array("I")
        for user, own in parts:
            items.extend(own)
            users.append(user)
            offsets.append(len(items))
        return cls(users=users, offsets=offsets, items=items)

    def __iter__(self) -> Iterator[array[int]]:
        items, offsets = self.items, self.offsets
        for n in range(len(self.users)):
            yield items[offsets[n] : offsets[n + 1]]

    def popularity(self, item_count: int) -> list[int]:
        """How many histories every item stands in."""
        counts = [0] * item_count
        for item in self.items:
            counts[item] += 1
        return counts


def histories(training: Training) -> Histories:
    """Group the interactions by user; very short and very long ones are left out as the hyperparameters ask."""
    met, times = training.log.items, training.log.times
    shortest, longest = _length_bounds(training)
    users, offsets, items = array("I"), array("I", (0,)), array("I")
    moments = 0
    for user in range(training.user_count):
        rows = training.rows_of_user(user)
        if not rows or not shortest <= len(rows) <= longest:
            continue
        last: dict[int, int] = {}  # by item, and time only goes on: another one than the last is a new moment
        for row in rows:
            item, time = met[row], times[row]
            if last.get(item) != time:
                last[item] = time
                moments += 1
        items.extend(last)
        users.append(user)
        offsets.append(len(items))
    share = 1 - len(items) / moments if moments else 0.0
    return Histories(users=users, offsets=offsets, items=items, repeat_share=share)


def sessions(training: Training, gap: float) -> Histories:
    """Group the interactions by user and sitting: a pause of more than ``gap`` seconds begins the next one."""
    return Histories.of(
        (user, sitting) for user in range(training.user_count) for sitting in _sittings(training, user, gap)
    )


def _sittings(training: Training, user: int, gap: float) -> Iterator[Iterable[int]]:
    sitting: dict[int, None] = {}
    last = inf
    for row in training.rows_of_user(user):
        time = training.log.times[row]
        if time - last > gap:
            yield sitting
            sitting = {}
        sitting[training.log.items[row]] = None
        last = time
    if sitting:
        yield sitting


def _length_bounds(training: Training) -> tuple[float, float]:
    """The shortest and longest history that takes part; percentiles are nearest ranks."""
    lowest = training.number("min_user_history_length_percentile", 0.0)
    highest = training.number("max_user_history_length_percentile", 1.0)
    if lowest <= 0.0 and highest >= 1.0:
        return 0, inf
    lengths = sorted(filter(None, (len(training.rows_of_user(user)) for user in range(training.user_count))))
    if not lengths:
        return 0, inf
    last = len(lengths) - 1
    return lengths[min(last, int(lowest * len(lengths)))], lengths[max(0, ceil(highest * len(lengths)) - 1)]
