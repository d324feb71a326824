"""Why an item is, or is not, in an answer: a room on top of the service, which knows nothing of it."""

from pytest_personalize.explaining.explainer import Explainer
from pytest_personalize.explaining.explanation import Cause, Comparison, Event, Explained, Explanation, FilterVerdict

__all__ = ["Cause", "Comparison", "Event", "Explained", "Explainer", "Explanation", "FilterVerdict"]
