"""The checks: what is given goes through the rules of the service, and nothing stops at the first problem."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal

from attrs import define, field

from pytest_personalize.checking import batches, solutions
from pytest_personalize.checking.problems import Problem, Problems, counted
from pytest_personalize.checking.sources import Given, Source, Text, Watched, source, text_of
from pytest_personalize.data.avro import parse_schema
from pytest_personalize.data.csv_import import CsvTrial
from pytest_personalize.data.errors import CsvError, SchemaError
from pytest_personalize.data.jsontext import read_json
from pytest_personalize.data.records import Records
from pytest_personalize.data.schema_rules import DATASET_TYPES
from pytest_personalize.filters.checks import problems as filter_problems
from pytest_personalize.filters.errors import FilterError
from pytest_personalize.filters.parser import parse
from pytest_personalize.nearest import hint
from pytest_personalize.recommenders.recipe import Recipe
from pytest_personalize.recommenders.recipes import RECIPES
from pytest_personalize.service.kernel.errors import refusal
from pytest_personalize.service.kernel.quotas import QUOTAS, minimums

DOMAINS: Final = ("ECOMMERCE", "VIDEO_ON_DEMAND")


def check(
    *,
    schema: Given | Sequence[Given] = (),
    data: Given | Sequence[Given] = (),
    type: str | Sequence[str] = (),
    domain: Literal["ECOMMERCE", "VIDEO_ON_DEMAND"] | None = None,
    filters: str | Sequence[str] | Mapping[str, str] = (),
    solution: Given | None = None,
    recipe: str | None = None,
    batch_input: Given | Sequence[Given] = (),
    minimums: Literal["aws"] | Mapping[str, float] | None = "aws",
) -> Problems:
    """Hold files against the rules of Amazon Personalize, as its jobs do, and name every problem.

    Files are given by path; a schema also as JSON text or mapping, data as CSV text or bytes.

    Args:
        schema: One schema, or one for each dataset type.
        data: CSV files: all of the one schema, or one for each schema, in the same order.
        type: The dataset type that each schema is meant for, such as ``"ITEMS"``; by default what it says itself.
        domain: Of the dataset group; None for a Custom dataset group.
        filters: Filter expressions, by name if you like; they are held against the schemas.
        solution: A request of CreateSolution as JSON, or its ``solutionConfig`` alone; held against the schemas.
        recipe: Name or ARN of the recipe of the solution and of the batch input.
        batch_input: JSON Lines for a batch inference or batch segment job.
        minimums: ``"aws"`` for the least number of records that AWS imports, or as in ``mock_personalize``.

    Raises:
        OSError: A file is not there or cannot be read.
        ValueError: The arguments do not go together.
    """
    named = filters if isinstance(filters, Mapping) else named_filters(filters)
    work = Check(
        schemas=[source(given, _called("schema", number)) for number, given in _numbered(schema)],
        data=[source(given, _called("data", number)) for number, given in _numbered(data)],
        types=[each for _, each in _numbered(type)],
        domain=domain,
        filters=[Text(name, text) for name, text in named.items()],
        solution=None if solution is None else source(solution, "solution"),
        recipe=None if recipe is None else known_recipe(recipe),
        batch_input=[source(given, _called("batch input", number)) for number, given in _numbered(batch_input)],
        minimums=minimums,
    )
    return Problems(work.problems())


def _numbered(given: Any) -> list[tuple[int, Any]]:
    """What was given, one or several of them, counted from 1; a single one has the number 0."""
    several = list(given) if isinstance(given, list | tuple) else [given]
    return list(enumerate(several, int(len(several) > 1)))


def _called(what: str, number: int) -> str:
    return f"{what} {number}" if number else what


def named_filters(expressions: str | Sequence[str]) -> dict[str, str]:
    """Expressions that have no name of their own, under one."""
    return {_called("filter", number): expression for number, expression in _numbered(expressions)}


def known_recipe(name: str) -> Recipe:
    """The recipe of a name or ARN; ``ValueError`` names the nearest."""
    found = RECIPES.get(name.rpartition("/")[2])
    if found is None:
        raise ValueError(f"no recipe {name!r}; {hint(name.rpartition('/')[2], RECIPES)}")
    return found


@define(kw_only=True)
class Check:
    """All that is to be checked together; ``checked`` says what was, when that is done."""

    schemas: Sequence[Source] = ()
    data: Sequence[Source] = ()
    types: Sequence[str] = ()
    domain: str | None = None
    filters: Sequence[Text] = ()
    solution: Source | None = None
    recipe: Recipe | None = None
    batch_input: Sequence[Source] = ()
    minimums: str | Mapping[str, float] | None = "aws"
    watched: Watched = lambda _, stream: stream
    checked: list[str] = field(init=False, factory=list)
    _records: Records = field(init=False, factory=Records)

    def __attrs_post_init__(self) -> None:
        """``ValueError`` for things that do not go together."""
        if self.filters and not self.schemas:
            raise ValueError("filters need the schemas of the datasets that they name")
        if not (self.schemas or self.batch_input):
            raise ValueError("nothing to check: give a schema, or batch input")
        if self.types and len(self.types) != len(self.schemas):
            raise ValueError(f"{len(self.types)} types for {len(self.schemas)} schemas: give none, or one for each")
        for each in self.types:
            if each.upper() not in DATASET_TYPES:
                raise ValueError(f"no dataset type {each!r}; {hint(each, DATASET_TYPES)}")
        if self.data and len(self.schemas) not in (1, len(self.data)):
            raise ValueError(
                f"{len(self.data)} data files for {len(self.schemas)} schemas: give one schema for all, or one for each"
            )
        if self.domain not in (None, *DOMAINS):
            raise ValueError(f"no domain {self.domain!r}; {hint(str(self.domain), DOMAINS)}")
        if self.batch_input and self.recipe is None:
            raise ValueError("batch input needs a recipe, which decides what a line says")

    def problems(self) -> Iterator[Problem]:
        """Every problem, as it is found."""
        kinds = []
        for number, origin in enumerate(self.schemas):
            kinds.append((yield from self._schema_problems(origin, self.types[number] if self.types else None)))
        yield from self._data_problems(kinds)
        sound = None not in kinds
        for expression in self.filters:
            yield from self._filter_problems(expression, sound)
        if sound:
            yield from self._quota_problems()
        if self.solution is not None and sound:
            self.checked.append(self.solution.name)
            yield from solutions.problems(self.solution, self._records, self.domain, self.recipe)
        for origin in self.batch_input:
            assert self.recipe is not None
            self.checked.append(origin.name)
            yield from batches.problems(origin, self.recipe, self.watched)

    def _schema_problems(self, origin: Source, wanted: str | None) -> Generator[Problem, None, str | None]:
        """Returns the dataset type of a sound schema."""
        self.checked.append(origin.name)
        text = text_of(origin)
        if isinstance(text, Problem):
            yield text
            return None
        found = Text(origin.name, text)
        try:
            schema = parse_schema(text, self.domain)
        except SchemaError as error:
            for each in error.problems:
                offset = found.offset(each.field)
                if each.line is not None:
                    ends = text.split("\n")[: each.line - 1]
                    offset = sum(map(len, ends)) + len(ends) + (each.place or 1) - 1
                yield found.problem(each.code, each.text, offset)
            return None
        kind = schema.dataset_type
        if wanted is not None and wanted.upper() != kind:
            refused = refusal("type of schema", schema=origin.name, theirs=kind, ours=wanted.upper())
            yield found.problem("type-of-schema", refused.message, found.offset("name"))
        if kind in self._records.schemas:
            raise ValueError(
                f"{origin.name} is a second schema of {kind}: a dataset group has one dataset of each type"
            )
        self._records.add_dataset(kind, schema)
        return kind

    def _data_problems(self, kinds: Sequence[str | None]) -> Iterator[Problem]:
        rows: dict[str, tuple[int, Source]] = {}
        for number, origin in enumerate(self.data):
            kind = kinds[number if len(kinds) > 1 else 0]
            if kind is None:
                self.checked.append(f"{origin.name} was not read, as its schema is broken")
                continue
            with origin.open() as stream:
                trial = CsvTrial(origin.name, self.watched(origin, stream), self._records.schemas[kind])
                sound = True
                for each in trial.problems():
                    sound = False
                    yield _placed(each, origin)
            self.checked.append(f"{origin.name} ({counted(trial.rows, 'row')})")
            if trial.rows or sound:  # else it could not be read
                before, first = rows.get(kind, (0, origin))
                rows[kind] = before + trial.rows, first
        for kind, (count, origin) in rows.items():
            if failure := minimums(self.minimums).import_problem(kind, count):
                yield Problem(file=origin.name, code="too-few-records", message=failure.message)

    def _filter_problems(self, expression: Text, sound: bool) -> Iterator[Problem]:
        self.checked.append(expression.file)
        try:
            parsed = parse(expression.text)
        except FilterError as error:
            yield expression.problem("filter-syntax", error.message, (error.position or 1) - 1)
            return
        for broken in filter_problems(parsed, self._records.schemas) if sound else ():
            yield expression.problem("filter-rule", broken.message, (broken.position or 1) - 1)

    def _quota_problems(self) -> Iterator[Problem]:
        """The number of dataset fields in all filters of a dataset group (quotas page)."""
        fields: set[str] = set()
        quota = QUOTAS["filter_fields_group"]
        for expression in self.filters:
            try:
                fields |= parse(expression.text).fields
            except FilterError:
                continue
            if len(fields) > quota.value:
                refused = refusal(quota.row, kind=quota.what, limit=quota.value)
                yield expression.problem("filter-fields-group", refused.message)
                return


def _placed(error: CsvError, origin: Source) -> Problem:
    return Problem(
        file=origin.name,
        code=error.code,
        message=error.problem,
        line=error.line or 1,
        column=error.place or 1,
        row=error.row,
    )


def filters_of(origin: Source) -> Iterable[Text | Problem]:
    """The filter expressions of a file: one a line, lines that begin with # aside, or a JSON object of them."""
    text = text_of(origin)
    if isinstance(text, Problem):
        return [text]
    whole = Text(origin.name, text)
    if not text.lstrip().startswith("{"):
        return [
            Text(origin.name, line.rstrip(), number)
            for number, line in enumerate(text.split("\n"), 1)
            if line.strip() and not line.lstrip().startswith("#")
        ]
    try:
        named = read_json(text)
    except ValueError as error:
        return [whole.problem("invalid-json", f"The filters are no valid JSON: {error}", getattr(error, "pos", 0))]
    return [
        Text(f"{origin.name}", str(expression), text.count("\n", 0, whole.offset(name)) + 1)
        for name, expression in named.items()
    ]
