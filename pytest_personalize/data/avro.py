"""Schemas: the Avro JSON text that a caller gives, read and held against the rules."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import attrs
from attrs import frozen

from pytest_personalize.data.errors import SchemaError, SchemaProblem
from pytest_personalize.data.schema_rules import (
    BASE_TYPES,
    DATASET_TYPES,
    NAME_LENGTH,
    NAME_PATTERN,
    NUMBER_TYPES,
    RULES,
    SCHEMA_NAMES,
    WHOLE_TYPES,
    Rules,
    Wanted,
)

__all__ = ["NUMBER_TYPES", "WHOLE_TYPES", "Field", "Schema", "avro_text", "check_replacement", "parse_schema"]

_NAME = re.compile(NAME_PATTERN)
_NAMES: Final = dict(zip((name.lower() for name in SCHEMA_NAMES), DATASET_TYPES, strict=True))
_FLAGS: Final = {"categorical": "categorical", "textual": "textual", "itemName": "item_name"}
_REPLACEABLE: Final = ("ITEMS", "USERS")


@frozen(kw_only=True)
class Field:
    """One field of a schema.

    Args:
        name: As in the schema, which is upper case by custom.
        type: string, int, long, float, double or boolean.
        nullable: Whether the type list has "null".
        categorical, textual, item_name: The attributes of string fields.
    """

    name: str
    type: str
    nullable: bool = False
    categorical: bool = False
    textual: bool = False
    item_name: bool = False

    @property
    def numeric(self) -> bool:
        """Whether values are numbers."""
        return self.type in NUMBER_TYPES

    @property
    def trainable(self) -> bool:
        """Whether values can count in training: numbers, categories and textual strings can."""
        return self.numeric or self.categorical or self.textual

    def __str__(self) -> str:
        flags = [spelling for spelling, name in _FLAGS.items() if getattr(self, name)]
        return " ".join([self.type + (" or null" if self.nullable else ""), *flags])


@frozen(kw_only=True, cache_hash=True)
class Schema:
    """A schema that keeps the rules of its dataset type and domain.

    Args:
        dataset_type: INTERACTIONS, ITEMS, USERS, ACTIONS or ACTION_INTERACTIONS.
        domain: ECOMMERCE or VIDEO_ON_DEMAND, None for custom dataset groups.
        fields: In the order of the text.
        text: The JSON text, unchanged.
    """

    dataset_type: str
    domain: str | None
    fields: tuple[Field, ...]
    text: str
    names: tuple[str, ...] = attrs.field(init=False, eq=False, repr=False)
    """Those of the fields."""
    _by_name: Mapping[str, Field] = attrs.field(init=False, eq=False, repr=False)

    @names.default
    def _names(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields)

    @_by_name.default
    def _fields_by_name(self) -> Mapping[str, Field]:
        return {field.name.upper(): field for field in self.fields}

    def field(self, name: str) -> Field | None:
        """The field of a name, ignoring case; None when there is none."""
        return self._by_name.get(name.upper())


def parse_schema(text: str, domain: str | None = None) -> Schema:
    """Read a schema and hold it against the rules.

    Args:
        text: Avro JSON.
        domain: ECOMMERCE or VIDEO_ON_DEMAND; None for custom dataset groups.

    Raises:
        SchemaError: It is no JSON, or breaks rules; all of them are named.
    """
    record = _read_record(text)
    name = record["name"]
    dataset_type = _NAMES.get(name.replace("_", "").lower())
    if dataset_type is None:
        raise SchemaError(
            f"The schema is named {name!r}, which is no dataset type: expected one of {', '.join(SCHEMA_NAMES)}"
        )
    rules = RULES.get((domain, dataset_type))
    if rules is None:
        known = sorted(kind for where, kind in RULES if where == domain)
        raise SchemaError(
            f"The domain {domain} has no dataset type {dataset_type}: expected one of {', '.join(known)}"
            if known
            else f"There is no domain {domain!r}"
        )
    problems: list[SchemaProblem] = []
    fields = tuple(_read_fields(record["fields"], problems))
    problems += _problems(dataset_type, rules, fields)
    if problems:
        raise SchemaError(f"The {name} schema is invalid: {'; '.join(each.text for each in problems)}", *problems)
    return Schema(dataset_type=dataset_type, domain=domain, fields=fields, text=text)


def avro_text(name: str, fields: Iterable[Mapping[str, object]]) -> str:
    """The text of a schema; a field is what stands there, such as ``{"name": "PRICE", "type": "float"}``."""
    record = {"type": "record", "name": name, "namespace": "com.amazonaws.personalize.schema"}
    return json.dumps(record | {"fields": list(fields), "version": "1.0"})


def check_replacement(old: Schema, new: Schema) -> None:
    """Hold a schema against the one that it shall replace (developer guide, replacing a dataset's schema).

    Raises:
        SchemaError: The dataset type cannot get another schema, a field is missing or differs, or a new field
            does not allow null.
    """
    if old.dataset_type not in _REPLACEABLE:
        raise SchemaError(
            f"The schema of a dataset of type {old.dataset_type} cannot be replaced:"
            f" only {' and '.join(_REPLACEABLE)} datasets can get another schema"
        )
    if (old.dataset_type, old.domain) != (new.dataset_type, new.domain):
        raise SchemaError(
            f"The new schema is one for {_place(new)}: expected one for {_place(old)}, as the dataset has now"
        )
    before = {field.name: field for field in old.fields}
    after = {field.name: field for field in new.fields}
    problems = [
        f"{name} is missing: a new schema must keep every field of the old one"
        if name not in after
        else f"{name} is {after[name]}, but was {field}: a field must keep its type and attributes"
        for name, field in before.items()
        if after.get(name) != field
    ]
    problems += [
        f"{name} is new and does not allow null: the type must be [{field.type!r}, 'null']"
        for name, field in after.items()
        if name not in before and not field.nullable
    ]
    if problems:
        raise SchemaError(f"The schema cannot be replaced: {'; '.join(problems)}")


def _place(schema: Schema) -> str:
    return f"{schema.dataset_type} of the domain {schema.domain}" if schema.domain else schema.dataset_type


def _required_names(rules: Rules) -> frozenset[str]:
    return frozenset(rules.required) | frozenset(rules.alternatives.values())


def _read_record(text: str) -> dict[str, Any]:
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        text = f"The schema is no valid JSON: {error}"
        line, place = getattr(error, "lineno", None), getattr(error, "colno", None)
        raise SchemaError(text, SchemaProblem(text=text, code="invalid-json", line=line, place=place)) from None
    if not isinstance(record, dict) or record.get("type") != "record":
        raise SchemaError('The schema must be a JSON object with "type": "record"')
    if not isinstance(record.get("name"), str):
        raise SchemaError(f'The schema must have a "name": one of {", ".join(SCHEMA_NAMES)}')
    if not isinstance(record.get("fields"), list) or not record["fields"]:
        raise SchemaError('The schema must have "fields": a list of at least one field')
    return record


def _read_fields(entries: list[Any], problems: list[SchemaProblem]) -> Iterator[Field]:
    """The fields of a record; what cannot be read goes to ``problems``."""
    for number, entry in enumerate(entries, 1):
        name = entry.get("name") if isinstance(entry, dict) else None
        if not isinstance(name, str):
            text = f'field number {number} must be an object with "name" and "type"'
            problems.append(SchemaProblem(text=text, code="field-form"))
            continue
        if not _NAME.fullmatch(name) or len(name) > NAME_LENGTH:
            text = (
                f"the name {name!r} is invalid: expected at most {NAME_LENGTH} letters, digits and"
                " underscores, not beginning with a digit"
            )
            problems.append(SchemaProblem(text=text, code="field-name", field=name))
        kind = _read_type(name, entry.get("type"), problems)
        flags = {}
        for spelling, attribute in _FLAGS.items():
            flag = entry.get(spelling, False)
            if not isinstance(flag, bool):
                text = f"{name}: {spelling} is {json.dumps(flag)}, expected true or false"
                problems.append(SchemaProblem(text=text, code="field-attribute", field=name))
            flags[attribute] = flag is True
        if kind is not None:
            yield Field(name=name, type=kind[0], nullable=kind[1], **flags)


def _read_type(name: str, given: Any, problems: list[SchemaProblem]) -> tuple[str, bool] | None:
    """Base type and whether null is allowed."""
    types = given if isinstance(given, list) else [given]
    strange = [kind for kind in types if kind != "null" and kind not in BASE_TYPES]
    bases = [kind for kind in types if kind != "null"]
    if strange:
        text = (
            f"{name}: the type {json.dumps(strange[0])} is not supported,"
            f" expected one of {', '.join(BASE_TYPES)} (schemas are flat)"
        )
    elif len(bases) != 1 or types.count("null") > 1:
        text = (
            f"{name}: the type {json.dumps(given)} is invalid, expected one of {', '.join(BASE_TYPES)},"
            ' alone or in a list with "null"'
        )
    else:
        return bases[0], "null" in types
    problems.append(SchemaProblem(text=text, code="field-type", field=name))
    return None


def _problems(dataset_type: str, rules: Rules, fields: tuple[Field, ...]) -> Iterator[SchemaProblem]:
    yield from _name_problems(fields)
    for field in fields:
        yield from _attribute_problems(dataset_type, field)
    yield from _required_problems(rules, fields)
    yield from _reserved_problems(rules, fields)
    yield from _count_problems(rules, fields)


def _name_problems(fields: tuple[Field, ...]) -> Iterator[SchemaProblem]:
    # unknown: [schemas/names-alike-but-for-case] whether case counts here. chosen: it does not, because property names
    # are made without it
    counts = Counter(_bare(field.name) for field in fields)
    for bare, count in counts.items():
        if count > 1:
            clashing = [field.name for field in fields if _bare(field.name) == bare]
            text = f"the names {', '.join(clashing)} must differ by more than case and underscores"
            yield SchemaProblem(text=text, code="field-name", field=clashing[-1])


def _bare(name: str) -> str:
    return re.sub(r"[\W_]", "", name).lower()


def _attribute_problems(dataset_type: str, field: Field) -> Iterator[SchemaProblem]:
    flags = [spelling for spelling, attribute in _FLAGS.items() if getattr(field, attribute)]
    texts = []
    if flags and field.type != "string":
        texts.append(f"only strings can be {' or '.join(flags)}, and this is {field.type}")
    if field.categorical and field.textual:
        texts.append("a field is either categorical or textual, not both")
    if (field.textual or field.item_name) and dataset_type != "ITEMS":
        texts.append("only fields of an Items schema can be textual or itemName")
    for text in texts:
        yield SchemaProblem(text=f"{field.name}: {text}", code="field-attribute", field=field.name)


def _required_problems(rules: Rules, fields: tuple[Field, ...]) -> Iterator[SchemaProblem]:
    by_name = {field.name: field for field in fields}
    for name, wanted in rules.required.items():
        field = by_name.get(name) or by_name.get(rules.alternatives.get(name, name))
        if field is None:
            yield SchemaProblem(text=f"the required field {name} ({wanted}) is missing", code="required-field")
        elif field.nullable or not _fits(field, wanted):
            text = f"{field.name} is {field}, expected {wanted} without null"
            yield SchemaProblem(text=text, code="required-field", field=field.name)


def _reserved_problems(rules: Rules, fields: tuple[Field, ...]) -> Iterator[SchemaProblem]:
    known = _required_names(rules) | rules.reserved.keys()
    for field in fields:
        wanted = rules.reserved.get(field.name)
        if wanted is not None and not _fits(field, wanted):
            text = f"{field.name} is {field}, but is reserved for {wanted}"
            yield SchemaProblem(text=text, code="reserved-field", field=field.name)
        elif field.name not in known and field.name.upper() in known:
            text = f"{field.name} is a reserved word in another spelling: write {field.name.upper()}"
            yield SchemaProblem(text=text, code="reserved-field", field=field.name)


def _fits(field: Field, wanted: Wanted) -> bool:
    kind = "categorical" if field.categorical else "textual" if field.textual else "plain"
    return field.type == wanted.type and wanted.kind in (kind, "any")


def _count_problems(rules: Rules, fields: tuple[Field, ...]) -> Iterator[SchemaProblem]:
    required = _required_names(rules)
    own = [f for f in fields if f.name not in required and f.name not in rules.reserved]
    useful = [f for f in fields if f.trainable and f.name not in required and (rules.reserved_count or f in own)]
    if len(useful) < rules.metadata_minimum:
        text = (
            "a metadata field is missing: expected at least one number, categorical string or (in Items) textual string"
        )
        yield SchemaProblem(text=text, code="metadata-count")
    if len(own) > rules.metadata_maximum:
        text = f"there are {len(own)} metadata fields, expected at most {rules.metadata_maximum}"
        yield SchemaProblem(text=text, code="metadata-count", field=own[rules.metadata_maximum].name)
    for flag in ("textual", "item_name"):
        flagged = [f.name for f in fields if getattr(f, flag)]
        if len(flagged) > 1:
            spelling = next(spelling for spelling, name in _FLAGS.items() if name == flag)
            text = f"{', '.join(flagged)} are {spelling}, expected at most one such field"
            yield SchemaProblem(text=text, code="field-attribute", field=flagged[-1])
