"""Schemas: Avro JSON under a name, usable by every dataset group of the region as soon as the call returns."""

from __future__ import annotations

from functools import lru_cache
from typing import ClassVar

from attrs import frozen

from pytest_personalize.data.avro import Schema, parse_schema
from pytest_personalize.service.kernel.account import Region
from pytest_personalize.service.kernel.admission import admit, times_now
from pytest_personalize.service.kernel.lookups import described, listed
from pytest_personalize.service.kernel.operations import operation
from pytest_personalize.service.kernel.resource import Resource
from pytest_personalize.service.kernel.state import resource_kind


@described
@listed
@resource_kind
@frozen(kw_only=True, slots=False)
class DatasetSchema(Resource):
    """A schema; it has no status and is never changed. ``domain`` is None for Custom dataset groups."""

    kind: ClassVar[str] = "schema"
    arn_field: ClassVar[str] = "schema_arn"

    name: str
    schema_arn: str
    # unknown: [schemas/stored-as-given] whether it is given back letter by letter. chosen: yes
    schema: str
    domain: str | None = None

    @property
    def read(self) -> Schema:
        """The fields of the schema."""
        return read_schema(self.schema, self.domain)


@lru_cache(maxsize=256)
def read_schema(text: str, domain: str | None) -> Schema:
    """As ``parse_schema``, remembering what was read: tests create the same schemas again and again."""
    return parse_schema(text, domain)


@operation("CreateSchema")
def create_schema(region: Region, *, name: str, schema: str, domain: str | None = None) -> DatasetSchema:
    """A new schema, held against all rules of its dataset type and domain.

    Raises InvalidInputException with every broken rule.
    """
    read_schema(schema, domain)
    new = admit(region, DatasetSchema, name)
    created = DatasetSchema(name=name, schema_arn=new.arn, schema=schema, domain=domain, **times_now(region))
    region.rows(DatasetSchema).put(created)
    return created


@operation("DeleteSchema")
def delete_schema(region: Region, *, schema_arn: str) -> None:
    """Delete a schema that no dataset of any dataset group has, or is about to get."""
    schema = region.find(DatasetSchema, schema_arn)
    datasets = region.table("dataset")
    region.refuse_while("schema used", schema, lambda: [one for one in datasets if schema_arn in one.schema_arns])
    region.remove(schema)
