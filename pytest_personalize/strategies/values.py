"""Strategies of single values: schemas, rows of data, names, tags, expressions."""

from __future__ import annotations

import json
import string
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from pytest_personalize.data.avro import avro_text
from pytest_personalize.data.export import csv_text
from pytest_personalize.data.schema_rules import BASE_TYPES, RULES, SCHEMA_NAMES, Rules, Wanted
from pytest_personalize.data.schema_rules import DATASET_TYPES as TYPES

Params = dict[str, Any]

MORE: Final = 3  # elements of a list beyond the least, as a rule
LONGER: Final = 12  # characters of a text beyond the least, as a rule
EARLIEST: Final = datetime(2015, 1, 1)
LATEST: Final = datetime(2035, 1, 1)
MOST_DAYS: Final = 30  # between two automatic trainings


def schemas(dataset_type: str | None = None, domain: str | None = None) -> SearchStrategy[str]:
    """Avro schemas that CreateSchema takes, as JSON text.

    Args:
        dataset_type: such as ``"ITEMS"``; any by default.
        domain: ``"ECOMMERCE"`` or ``"VIDEO_ON_DEMAND"``, None for Custom dataset groups.
    """
    types = [kind for of, kind in RULES if of == domain and dataset_type in (None, kind)]
    if not types:
        raise ValueError(f"there is no schema of dataset type {dataset_type!r} in domain {domain!r}")
    return st.sampled_from(types).flatmap(lambda kind: _schema(kind, RULES[domain, kind]))


def interactions(
    *,
    users: Sequence[str] | SearchStrategy[str] = ("user-ada", "user-ben", "user-cleo"),
    items: Sequence[str] | SearchStrategy[str] = ("blue-mug", "red-kite", "oak-spade", "linen-scarf"),
    event_types: Sequence[str] | SearchStrategy[str] = ("View", "Purchase"),
    min_size: int = 0,
    max_size: int = 50,
) -> SearchStrategy[list[Params]]:
    """Rows of an Interactions dataset, oldest first: USER_ID, ITEM_ID, TIMESTAMP (epoch seconds), EVENT_TYPE.

    ``csv_of`` makes an import file of them.
    """
    ids, things, kinds = (
        each if isinstance(each, SearchStrategy) else st.sampled_from(list(each))
        for each in (users, items, event_types)
    )
    times = st.integers(int(EARLIEST.timestamp()), int(LATEST.timestamp()))
    names = ("USER_ID", "ITEM_ID", "TIMESTAMP", "EVENT_TYPE")
    rows = st.lists(st.tuples(ids, things, times, kinds), min_size=min_size, max_size=max_size)
    return rows.map(lambda found: [dict(zip(names, row, strict=True)) for row in sorted(found, key=lambda row: row[2])])


def csv_of(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """An import file of such rows; ``ValueError`` when there are none, for its header is theirs."""
    if not rows:
        raise ValueError("a CSV file needs at least one row to take its header from")
    header = list(rows[0])
    return csv_text(header, ([row[name] for name in header] for row in rows)).encode()


def names() -> SearchStrategy[str]:
    letters = string.ascii_letters + string.digits
    rest = st.text(alphabet=f"{letters}-_", max_size=LONGER)
    return st.builds("{}{}".format, st.sampled_from(letters), rest)


def tags() -> SearchStrategy[list[Params]]:
    """Tags with different keys, none of which belongs to AWS."""
    keys = st.text(alphabet=f"{string.ascii_letters} _.:/=+-@é", min_size=1, max_size=LONGER)
    values = st.text(alphabet=f"{string.digits}{string.ascii_letters} é", max_size=LONGER)
    mine = keys.filter(lambda key: not key.lower().startswith("aws:"))
    return st.dictionaries(mine, values.filter(lambda text: not text.lower().startswith("aws:")), max_size=MORE).map(
        lambda found: [{"tagKey": key, "tagValue": value} for key, value in found.items()]
    )


def properties() -> SearchStrategy[str]:
    """JSON objects as text, with the keys of properties."""
    keys = st.sampled_from(["price", "categoryL1", "genres", "creationTimestamp", "discount"])
    return st.dictionaries(keys, st.integers(0, 10**9) | names(), max_size=MORE).map(json.dumps)


def expressions() -> SearchStrategy[str]:
    """Filter expressions of one condition."""
    left = st.sampled_from(["INCLUDE ItemID WHERE Items.", "EXCLUDE ItemID WHERE Items."])
    category = st.builds('CATEGORY_L1 IN ("{}")'.format, names()) | st.builds("CATEGORY_L1 IN (${})".format, _words())
    price = st.builds("PRICE {} {}".format, st.sampled_from(["<", "<=", ">", ">=", "="]), st.integers(0, 999))
    return st.builds("{}{}".format, left, category | price)


def _words() -> SearchStrategy[str]:
    return st.text(alphabet=string.ascii_uppercase, min_size=1, max_size=LONGER)


def metric_expressions() -> SearchStrategy[str]:
    """What a metric attribution counts or sums up."""
    return st.just("SAMPLECOUNT()") | st.builds("SUM(Items.{})".format, _words())


def schedules() -> SearchStrategy[str]:
    """How often a solution is trained."""
    return st.integers(1, MOST_DAYS).map(lambda days: f"rate({days} day{'s' if days > 1 else ''})")


def _schema(kind: str, rules: Rules) -> SearchStrategy[str]:
    name = dict(zip(TYPES, SCHEMA_NAMES, strict=True))[kind]
    reserved = st.sets(st.sampled_from(sorted(rules.reserved))) if rules.reserved else st.just(set())
    useful = st.sampled_from([each for each in BASE_TYPES if each not in ("string", "boolean")])
    most = min(MORE, rules.metadata_maximum)
    own = st.lists(useful, min_size=rules.metadata_minimum, max_size=max(most, rules.metadata_minimum))

    def text(chosen: set[str], metadata: Sequence[str]) -> str:
        wanted = {**rules.required, **{each: rules.reserved[each] for each in sorted(chosen)}}
        fields = [_field(field_name, each) for field_name, each in wanted.items()]
        fields += [{"name": f"OWN_{string.ascii_uppercase[n]}", "type": each} for n, each in enumerate(metadata)]
        return avro_text(name, fields)

    return st.builds(text, reserved, own)


def _field(name: str, wanted: Wanted) -> Params:
    return {"name": name, "type": wanted.type} | (
        {wanted.kind: True} if wanted.kind in ("categorical", "textual") else {}
    )
