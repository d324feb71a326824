"""``backend.answers(arn)``: fixed answers for tests that are about something else than recommendations."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from os import PathLike
from pathlib import Path
from typing import Any, Final, overload

import attrs

from pytest_personalize import names
from pytest_personalize.nearest import hint
from pytest_personalize.recommenders.recipe import Recipe
from pytest_personalize.service.control.campaigns import Campaign
from pytest_personalize.service.control.recommenders import Recommender
from pytest_personalize.service.control.solution_versions import SolutionVersion
from pytest_personalize.service.kernel import arns
from pytest_personalize.service.kernel.account import Region
from pytest_personalize.service.kernel.admission import times_now
from pytest_personalize.service.kernel.declared import ARNS, Declared, Entry, Recorded
from pytest_personalize.service.realtime.recommendations import MAX_ACTIONS, MAX_RESULTS
from pytest_personalize.shapes.models import operation
from pytest_personalize.shapes.response import check_output
from pytest_personalize.testing.codes import ALL, declared_error
from pytest_personalize.testing.options import checked_source_arn

Entries = Sequence[str | tuple[str, float] | Mapping[str, Any]]
"""Ids, pairs of id and score, or entries by the member names of the API: ``{"itemId": "mug", "score": 0.7}``."""

SERVICE: Final = "personalize-runtime"
MEMBERS: Final = {
    "GetRecommendations": ("itemList", "itemId", MAX_RESULTS),
    "GetPersonalizedRanking": ("personalizedRanking", "itemId", MAX_RESULTS),
    "GetActionRecommendations": ("actionList", "actionId", MAX_ACTIONS),
}
"""Operation -> member with the entries, member with the id, how many there may be."""

WRITTEN: Final = ("for_user", "for_item", "default", "raises", "message", "requests")
"""What a file can say of an ARN: the methods of ``Answers``, and answers to single requests."""

REQUEST: Final = ("parameters", "items", "raises", "message")
"""What it can say of a request."""


class Answers:
    """What one campaign or recommender is to answer, over its model.

    The most specific declaration counts: that for the user, then that for the item, then the default, then the model.
    Requests are checked as ever, and ``numResults`` cuts the list; filters and promotions do not apply to it. A
    ranking gives the items of ``inputList`` in the declared order, and last those that were not declared.
    """

    def __init__(self, region: Callable[[], Region], arn: str) -> None:
        self._region = region
        self._arn = arn
        self._recipe = recipe_of(region(), arn)

    def for_user(self, user_id: str, *, items: Entries) -> Answers:
        """Answer so to requests with that userId: with ids, pairs of id and score, or entries as the API has them.

        Where the recipe has scores, entries without one get falling ones. ``ValueError`` for what the service could not
        answer.
        """
        return self._declare(users={**self._declared.users, user_id: self._entries(items)})

    def for_item(self, item_id: str, *, items: Entries) -> Answers:
        """Answer so to requests with that itemId."""
        return self._declare(items={**self._declared.items, item_id: self._entries(items)})

    def default(self, *, items: Entries) -> Answers:
        """Answer so to all requests for which nothing else is declared."""
        return self._declare(default=self._entries(items))

    @overload
    def raises(self, code: names.Code, message: str | None = None) -> Answers: ...

    @overload
    def raises(self, code: str, message: str | None = None, *, any_code: bool) -> Answers: ...

    def raises(self, code: str, message: str | None = None, *, any_code: bool = False) -> Answers:
        """Refuse every request with an error of that code.

        ``ValueError`` for a code that the service does not answer with, unless ``any_code``.
        """
        return self._declare(error=declared_error(self._operation(()), code, message, any_code=any_code))

    def clear(self) -> None:
        """Let the model answer again."""
        self._region().declared.pop(self._arn, None)

    def __repr__(self) -> str:
        return f"<answers of {self._arn}: {self._declared}>"

    @property
    def _declared(self) -> Declared:
        declared: Declared = self._region().declared.get(self._arn, Declared())
        return declared

    def _operation(self, items: Entries) -> str:
        """What will be answered so; without a recipe, the entries tell."""
        if self._recipe is not None:
            return self._recipe.operation
        actions = any(isinstance(item, Mapping) and "actionId" in item for item in items)
        return "GetActionRecommendations" if actions else "GetRecommendations"

    def _read(self, written: Any) -> dict[str, Any]:
        """What one entry of a file declares, by attribute; ``ValueError`` for what it cannot."""
        if not isinstance(written, dict):
            raise ValueError(f"it must be an object with {', '.join(WRITTEN)}, not {written!r}")
        unknown = next((name for name in written if name not in WRITTEN), None)
        if unknown is not None:
            raise ValueError(f"nothing is called {unknown!r}; {hint(unknown, WRITTEN)}")
        changes: dict[str, Any] = {}
        for name, field in (("for_user", "users"), ("for_item", "items")):
            by_id = written.get(name, {})
            if not isinstance(by_id, dict):
                raise ValueError(f"{name} must be an object by id, not {by_id!r}")
            changes[field] = {each: self._entries(items) for each, items in by_id.items()}
        if "default" in written:
            changes["default"] = self._entries(written["default"])
        changes["error"] = _refusal(self._operation(()), written)
        changes["requests"] = tuple(map(self._request, written.get("requests", ())))
        return changes

    def _request(self, written: Any) -> Recorded:
        """One request of a file; ``ValueError`` for what is none."""
        unknown = next((name for name in written if name not in REQUEST), None) if isinstance(written, dict) else ""
        if unknown is not None or not isinstance(written.get("parameters"), dict):
            raise ValueError(f"each of requests must be an object with {', '.join(REQUEST)}, not {written!r}")
        known = known_parameters()
        for name in written["parameters"]:
            if name not in known:
                raise ValueError(f"no request has a parameter {name!r}; {hint(name, known)}")
        error = _refusal(ALL, written)
        entries = self._entries(written.get("items", ())) if error is None else ()
        return Recorded(parameters=written["parameters"], entries=entries, error=error)

    def _declare(self, **changes: Any) -> Answers:
        self._region().declared[self._arn] = attrs.evolve(self._declared, **changes)
        return self

    def _entries(self, items: Entries) -> tuple[Entry, ...]:
        asked = self._operation(items)
        member, key, most = MEMBERS[asked]
        if isinstance(items, str):
            raise ValueError(f"items must be a list of ids, not the text {items!r}")
        given = [_entry(item, key) for item in items]
        if len(given) > most:
            raise ValueError(f"{asked} answers with at most {most} entries, not {len(given)}")
        if self._recipe is not None and self._recipe.scored:
            given = [{"score": score} | entry for entry, score in zip(given, _scores(len(given)), strict=True)]
        problems = check_output(operation(SERVICE, asked).output, {member: given})
        problems += [f"entry {place} has no {key}" for place, entry in enumerate(given) if not entry.get(key)]
        if problems:
            raise ValueError("\n".join([f"{asked} could not answer this:", *(f"  {problem}" for problem in problems)]))
        ids = [entry[key] for entry in given]
        twice = [each for each in ids if ids.count(each) > 1]
        if twice:
            raise ValueError(f"{asked} does not answer with an id twice: {twice[0]!r}")
        return tuple({key: entry[key]} | entry for entry in given)


class DeclaredAnswers:
    """``backend.answers``: ``answers(arn)`` for one campaign or recommender, ``answers.load(path)`` for many."""

    def __init__(self, read_region: Callable[[str], Region], home: str) -> None:
        self._read_region = read_region
        self._home = home

    def __call__(self, arn: str) -> Answers:
        """Declare what a campaign or recommender answers, whatever its model thinks.

        One that does not exist does from then on, also in another account: it is ACTIVE, marked as ``declared``, serves
        all operations of the runtime for clients of its region, and answers with nothing where nothing is declared.
        ``ValueError`` for what is no ARN of a campaign or recommender.

        >>> declared = backend.answers(arn).for_user("user-ada", items=["blue-mug", "red-kite"]).default(items=[])
        """
        answers = self._of(arn)
        _put_in(self._read_region(region_of(arn, self._home)), arn)
        return answers

    def load(self, path: str | PathLike[str]) -> None:
        """Declare what a JSON file says: an object with ARNs, and for each what the methods of that name take.

        ``{ARN: {"for_user": {"ada": ["mug", ["kite", 0.2]]}, "for_item": {"mug": ["tea"]}, "default": [],
        "raises": "ThrottlingException", "message": "Rate exceeded"}}``, each of the five only if wanted. ``"requests":
        [{"parameters": {"userId": "ada", "numResults": 5}, "items": ["mug"]}]``, which ``--personalize-record`` writes,
        comes before all of them: it answers the requests that have exactly these parameters beside the ARN, or with
        ``raises`` and ``message`` refuses them. What a file says of an ARN takes the place of what was declared for it
        before. ``ValueError`` for a file that is no such thing; nothing is declared then.
        """
        try:
            written = json.loads(Path(path).read_text(encoding="utf-8-sig"))
        except (ValueError, RecursionError) as problem:
            raise ValueError(f"{path} is no JSON: {problem}") from None
        try:
            self.declare(written)
        except ValueError as problem:
            raise ValueError(f"{path}: {problem}") from None

    def declare(self, written: Any) -> None:
        """Declare what an object says that a file for ``load`` could hold; all of it, or ``ValueError`` and nothing."""
        if not isinstance(written, dict):
            raise ValueError(f"it must be an object by ARN, not {type(written).__name__}")
        found = []
        for arn, entry in written.items():
            try:
                found.append((arn, self._of(arn)._read(entry)))
            except (TypeError, ValueError) as problem:
                raise ValueError(f"{arn}: {problem}") from None
        for arn, changes in found:
            answers = self(arn)
            answers.clear()
            answers._declare(**changes)

    def _of(self, arn: str) -> Answers:
        name = region_of(arn, self._home)
        return Answers(lambda: self._read_region(name), arn)

    def __repr__(self) -> str:
        return f"<answers of {self._home} and other regions>"


def _refusal(operation: str, written: Mapping[str, Any]) -> tuple[str, str] | None:
    """Code and message of what is declared to be refused, None where nothing is; ``ValueError`` for what is neither."""
    code, message = written.get("raises"), written.get("message")
    if "raises" in written and not isinstance(code, str):
        raise ValueError(f"raises must be the code of an error, not {code!r}")
    if "message" in written and (code is None or not isinstance(message, str)):
        raise ValueError(f"message must be the text of what raises says, not {message!r}")
    return None if code is None else declared_error(operation, code, message)


def written(declared: Declared) -> dict[str, Any]:
    """What a file for ``load`` says to declare this."""
    found: dict[str, Any] = {"for_user": declared.users, "for_item": declared.items}
    if declared.default is not None:
        found["default"] = declared.default
    if declared.error is not None:
        found |= {"raises": declared.error[0], "message": declared.error[1]}
    if declared.requests:
        found["requests"] = [*map(_written_request, declared.requests)]
    return found


def _written_request(request: Recorded) -> dict[str, Any]:
    if request.error is None:
        return {"parameters": request.parameters, "items": request.entries}
    return {"parameters": request.parameters, "raises": request.error[0], "message": request.error[1]}


@cache
def known_parameters() -> frozenset[str]:
    """The parameters of the operations that can be declared, but for the ARN."""
    shapes = (operation(SERVICE, name).input for name in MEMBERS)
    return frozenset(name for shape in shapes if shape for name in shape.members).difference(ARNS)


def _entry(item: Any, key: str) -> dict[str, Any]:
    if isinstance(item, Mapping):
        return dict(item)
    if isinstance(item, list | tuple) and len(item) == 2:
        return {key: item[0], "score": float(item[1])}
    return {key: item}


def _scores(count: int) -> list[float]:
    """Falling scores that add up to 1, for recipes that give scores."""
    return [round(2 * (count - place) / (count * (count + 1)), 7) for place in range(count)]


def recipe_of(region: Region, arn: str) -> Recipe | None:
    """What the resource of that ARN answers by; one that is only declared, or about to be, answers by nothing."""
    found = region.table(checked_source_arn(arn).kind).get(arn)
    if found is None or found.declared:
        return None
    if isinstance(found, Campaign):
        return region.find(SolutionVersion, found.solution_version_arn).recipe
    recipe: Recipe = found.recipe
    return recipe


def _put_in(region: Region, arn: str) -> None:
    """Let there be a campaign or recommender of that ARN: ACTIVE, and made of nothing."""
    parts = checked_source_arn(arn)
    if arn in region.table(parts.kind):
        return
    cls: type[Any] = Campaign if parts.kind == Campaign.kind else Recommender
    nothing = dict.fromkeys(field.name for field in attrs.fields(cls) if field.default is attrs.NOTHING)
    own = {cls.arn_field: arn, "name": parts.path, "declared": True}
    region.table(parts.kind).put(cls(**{**nothing, **own, **times_now(region)}))


def region_of(arn: str, default: str) -> str:
    """The region that an ARN names."""
    parts = arns.parse(arn)
    return default if parts is None or not parts.region else parts.region
