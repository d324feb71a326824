"""Training: from the records of a dataset group to a model that answers, or to the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import attrs

from pytest_personalize.data.events import EventLog
from pytest_personalize.data.records import LOGS, Records
from pytest_personalize.failure import Failure
from pytest_personalize.recommenders import Recipe, Settings, census, evaluate, fit
from pytest_personalize.recommenders.training import after_filtering, require_rows
from pytest_personalize.service.kernel.account import Region
from pytest_personalize.service.kernel.quotas import Minimums
from pytest_personalize.service.kernel.trained import Trained, mark_of

BATCH_DELAY: Final = 15 * 60.0
"""How long before a batch job an event must have come to count in it, in seconds."""

TUNED_FOR: Final = "normalized_discounted_cumulative_gain_at_25"
"""unknown: [versions/tuned-parameters] the metric that optimization looks at. chosen: the one that looks at most of a
list."""


def train(
    region: Region,
    dataset_group_arn: str,
    recipe: Recipe,
    settings: Settings,
    trials: Sequence[Mapping[str, str]] | None = None,
) -> Trained:
    """Train on the records as they are now; Failure when they do not allow it.

    ``trials`` are hyperparameters to choose from by their metrics, None for a training without optimization.
    """
    view = region.records[dataset_group_arn].view()
    _require_minimums(region.account.minimums, recipe, view, settings)
    if region.account.needs_data:
        require_rows(recipe, view, settings)
    tuned = None if trials is None else _best_trial(recipe, view, settings, trials)
    if tuned:
        settings = _with(settings, tuned)
    model = fit(recipe, view, settings)
    return Trained(recipe=recipe, settings=settings, view=view, model=model, tuned=tuned, mark=mark_of(view))


def _best_trial(
    recipe: Recipe, view: Records, settings: Settings, trials: Sequence[Mapping[str, str]]
) -> Mapping[str, str]:
    """The trial with the best metric, the first of equal ones."""
    if len(trials) < 2:
        return trials[0] if trials else {}
    return max(trials, key=lambda trial: evaluate(recipe, view, _with(settings, trial)).get(TUNED_FOR, 0.0))


def _with(settings: Settings, hyperparameters: Mapping[str, str]) -> Settings:
    return attrs.evolve(settings, hyperparameters={**settings.hyperparameters, **hyperparameters})


def _require_minimums(minimums: Minimums, recipe: Recipe, view: Records, settings: Settings) -> None:
    """Hold the data against the minimums of the quotas page, after filtering by event type and value."""
    if minimums == Minimums() or not recipe.minimum_of_interactions:
        return
    found = census(recipe, view, settings)
    if found.interactions < minimums.interactions:
        filtered = after_filtering(recipe, settings)
        raise Failure(f"Dataset has fewer than {minimums.interactions:g} interactions{filtered}")
    if not recipe.minimum_of_users:
        return
    if found.users_with_two_interactions < minimums.users_with_two_interactions:
        least = minimums.users_with_two_interactions
        raise Failure(f"Create failed. Dataset has fewer than {least} users with at least 2 interactions each.")
    if found.users_with_two_interactions * 100 < minimums.percent_of_users * found.users:
        percent = f"{minimums.percent_of_users:g}"  # own wording
        raise Failure(f"Create failed. Fewer than {percent} percent of all users have at least 2 interactions each.")


def updated(trained: Trained, records: Records, now: float) -> Trained | None:
    """The training after an automatic update (developer guide, automatic updates), None when nothing is new.

    An update takes in items and actions that the training did not know, with the events about them; a model of trends
    takes in all events. Users and the events about known items have to wait for the next training, and so have all
    when an import or another schema has replaced what the training saw.
    """
    mark = mark_of(records)
    trends = trained.recipe.updates_take_all
    if (mark == trained.mark and not trends) or records.schemas != trained.view.schemas:
        return None
    view = records.view() if trends else _view_with_news(trained.view, records.view())
    if view is None:
        return None
    settings = attrs.evolve(trained.settings, now=now)
    return attrs.evolve(trained, model=fit(trained.recipe, view, settings), settings=settings, mark=mark, seen=view)


def train_update(full: Trained, records: Records) -> Trained:
    """The training in mode UPDATE, on top of a full one: it takes in new items, and the events about them.

    Events about items that the full training knew wait for the next one (developer guide, UPDATE).
    """
    view = _view_with_news(full.view, records.view(), replaced=True) or full.view
    model = fit(full.recipe, view, full.settings)
    return attrs.evolve(full, view=view, model=model, mark=mark_of(records), seen=None, full=full)


def batch_records(trained: Trained, records: Records, now: float) -> Records:
    """What a batch job answers from: the data of the training, and for personal recipes what users did since.

    Those events count that concern known users and items and came up to 15 minutes before the job (developer guide,
    batch inference).
    unknown: [jobs/when-an-event-came] when an event came is not kept. chosen: at its TIMESTAMP
    """
    base = trained.seen or trained.view
    seen, log = base.interactions, records.view().interactions
    if not trained.recipe.real_time or seen is None or log is None or not _continues(trained.view.interactions, log):
        return base
    learnt = len(trained.view.interactions or ())
    if len(log) == learnt:
        return base
    users = set(seen.users).union(base.users_table or ())
    since = zip(log.users[learnt:], log.items[learnt:], log.times[learnt:], strict=True)
    counts = bytes(
        time <= now - BATCH_DELAY and user in users and trained.model.knows(item) for user, item, time in since
    )
    return attrs.evolve(base, interactions=log.select(b"\1" * learnt + counts))


def _view_with_news(seen: Records, now: Records, *, replaced: bool = False) -> Records | None:
    """What a training saw, with the items and actions that came since, and the events about them.

    It is made of ``now``, a view of the caller's own; a dataset that is gone stays away. None when an import has
    replaced what the training saw, unless ``replaced`` says that this does not matter.
    """
    if now.users_table is not None:
        now.take_back("USERS", seen)
    for dataset_type, name in LOGS.items():
        before, log = getattr(seen, name), getattr(now, name)
        if before is None:
            now.take_back(dataset_type, seen)
        elif log is not None:
            news = _with_news(before, log, replaced)
            if news is None:
                return None
            setattr(now, name, news)
    return now


def _with_news(seen: EventLog, now: EventLog, replaced: bool) -> EventLog | None:
    """The events that the training saw and those about items that it did not know; None when they are others."""
    known = set(seen.items)
    if _continues(seen, now):
        length = len(seen)
        return now.select([row < length or item not in known for row, item in enumerate(now.items)])
    if not replaced:
        return None
    learnt = set(zip(seen.users, seen.items, seen.times, strict=True))
    events = zip(now.users, now.items, now.times, strict=True)
    return now.select([event in learnt or event[1] not in known for event in events])


def _continues(seen: EventLog | None, now: EventLog) -> bool:
    """Whether a log begins with what a training saw."""
    return seen is not None and (now.items[: len(seen)], now.times[: len(seen)]) == (seen.items, seen.times)
