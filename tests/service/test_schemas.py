"""Schemas. Which texts are valid is specified with the schema rules of the data room."""

import json

import pytest

from making import INTERACTIONS_SCHEMA, described

PREFIX = "arn:aws:personalize:us-east-1:123456789012:schema/"
TEXT = json.dumps(INTERACTIONS_SCHEMA)


def create(personalize, name="clicks", text=TEXT, **members):
    return personalize.create_schema(name=name, schema=text, **members)["schemaArn"]


def listed(personalize):
    return personalize.list_schemas()["schemas"]


def test_a_schema_is_described_at_once_with_its_text_unchanged(personalize):
    text = TEXT.replace(" ", "  ")
    schema = described(personalize, create(personalize, text=text))
    assert schema.pop("creationDateTime") == schema.pop("lastUpdatedDateTime")
    assert schema == {"name": "clicks", "schemaArn": f"{PREFIX}clicks", "schema": text}


@pytest.mark.mock_personalize(transitions="polls:3")
def test_a_schema_has_no_status_to_wait_for(personalize, workshop):
    group = workshop.group()
    for _ in range(4):
        personalize.describe_dataset_group(datasetGroupArn=group)
    personalize.create_dataset(
        name="clicks", schemaArn=create(personalize), datasetGroupArn=group, datasetType="Interactions"
    )


def test_the_domain_is_described_and_listed(personalize, workshop):
    arn = workshop.schema(domain="ECOMMERCE")
    assert described(personalize, arn)["domain"] == "ECOMMERCE"
    assert listed(personalize)[0]["domain"] == "ECOMMERCE"


def test_lists_leave_the_text_out(personalize):
    create(personalize)
    (schema,) = listed(personalize)
    assert set(schema) == {"name", "schemaArn", "creationDateTime", "lastUpdatedDateTime"}


def test_a_taken_name_is_refused(personalize, refused):
    create(personalize)
    with refused("ResourceAlreadyExistsException", f"Another resource with Arn {PREFIX}clicks already exists."):
        create(personalize)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "JSON"),
        (TEXT.replace("Interactions", "Clicks"), "Clicks"),
        (TEXT.replace("TIMESTAMP", "MOMENT"), "TIMESTAMP"),
        (TEXT.replace('"long"', '"string"'), "TIMESTAMP"),
    ],
)
def test_a_text_that_breaks_a_rule_is_refused_and_leaves_nothing_behind(personalize, refused, text, said):
    with refused("InvalidInputException", said):
        create(personalize, text=text)
    assert listed(personalize) == []


def test_a_rule_of_the_domain_is_enforced(personalize, refused):
    with refused("InvalidInputException", "EVENT_TYPE"):
        create(personalize, domain="ECOMMERCE")


def test_the_domain_custom_is_invalid_input_where_all_else_out_of_shape_is_a_validation_error(personalize, refused):
    with refused("InvalidInputException", "at 'domain'"):
        create(personalize, domain="CUSTOM")
    with refused("ValidationException", "at 'domain'"):
        create(personalize, domain="GAMES")
    with refused("ValidationException", "at 'domain'"):
        create(personalize, domain="CUSTOM", name="no blanks")


def test_an_unknown_schema_is_not_found(personalize, refused):
    with refused("ResourceNotFoundException", f"Resource Arn {PREFIX}clicks does not exist."):
        described(personalize, f"{PREFIX}clicks")


def test_an_unused_schema_can_be_deleted(personalize, refused):
    arn = create(personalize)
    personalize.delete_schema(schemaArn=arn)
    with refused("ResourceNotFoundException"):
        described(personalize, arn)


def test_a_schema_of_a_dataset_can_not_be_deleted(personalize, workshop, refused):
    dataset = workshop.dataset()
    (schema,) = listed(personalize)
    with refused("ResourceInUseException", dataset):
        personalize.delete_schema(schemaArn=schema["schemaArn"])


def test_a_schema_can_be_deleted_after_its_dataset(personalize, workshop):
    personalize.delete_dataset(datasetArn=workshop.dataset())
    (schema,) = listed(personalize)
    personalize.delete_schema(schemaArn=schema["schemaArn"])
    assert listed(personalize) == []


def test_a_schema_that_was_replaced_can_be_deleted(personalize, workshop):
    dataset = workshop.dataset("ITEMS")
    (old,) = listed(personalize)
    new = workshop.schema("ITEMS", BRAND=["string", "null"])
    personalize.update_dataset(datasetArn=dataset, schemaArn=new)
    personalize.delete_schema(schemaArn=old["schemaArn"])


def test_a_schema_that_a_dataset_is_about_to_get_can_not_be_deleted(
    personalize_backend, personalize, workshop, refused
):
    dataset = workshop.dataset("ITEMS")
    new = workshop.schema("ITEMS", BRAND=["string", "null"])
    personalize_backend.transitions = "polls:2"
    personalize.update_dataset(datasetArn=dataset, schemaArn=new)
    with refused("ResourceInUseException"):
        personalize.delete_schema(schemaArn=new)


@pytest.mark.mock_personalize(quotas={"schemas": 1})
def test_a_region_holds_so_many_schemas(personalize, refused):
    create(personalize)
    with refused("LimitExceededException"):
        create(personalize, name="more")


def test_schemas_of_the_backend_are_found_by_name(personalize_backend, personalize):
    create(personalize)
    assert personalize_backend.schemas["clicks"].schema == TEXT
