"""What a training leaves behind."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from pytest_personalize.data.records import Records
from pytest_personalize.recommenders import Model, Recipe, Settings, evaluate

Mark = tuple[int | None, ...]
"""How much data there are: the lengths of the logs, the versions of the tables that new items and actions come by."""


@frozen(kw_only=True, eq=False)
class Trained:
    """A finished training: what it was asked, the records that it saw, and the model.

    ``full`` is the full training that an UPDATE builds on: it has no metrics of its own (developer guide, metrics).
    ``tuned`` are the hyperparameters that optimization chose, None without it. ``view`` is what the training saw even
    when an automatic update has since put another model in its place, which saw ``seen``; ``mark`` says how much data
    that one knows.
    """

    recipe: Recipe
    settings: Settings
    view: Records
    model: Model
    full: Trained | None = None
    tuned: Mapping[str, str] | None = None
    mark: Mark
    seen: Records | None = None
    _metrics: dict[str, float] = field(factory=dict, repr=False)

    def metrics(self) -> Mapping[str, float]:
        """The offline metrics by name, worked out when they are first asked for."""
        if self.full is not None:
            return self.full.metrics()
        if not self._metrics:
            self._metrics.update(evaluate(self.recipe, self.view, self.settings))
        return self._metrics


def mark_of(records: Records) -> Mark:
    """How much data there are now."""
    logs = (records.interactions, records.action_interactions)
    tables = (records.items_table, records.actions_table)
    return (
        *(None if log is None else len(log) - len(log.repeated) for log in logs),
        *(None if table is None else table.version for table in tables),
    )
