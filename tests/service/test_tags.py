"""Tags, on everything that can have them."""

import pytest

TEAM = {"tagKey": "team", "tagValue": "search"}
STAGE = {"tagKey": "stage", "tagValue": "test"}
ROLE = "arn:aws:iam::123456789012:role/PersonalizeRole"


def tags_of(personalize, arn):
    return personalize.list_tags_for_resource(resourceArn=arn)["tags"]


@pytest.fixture
def group(workshop):
    return workshop.group()


def test_tags_of_a_creation_are_listed_and_not_described(personalize, workshop):
    arn = workshop.group(tags=[TEAM, STAGE])
    assert tags_of(personalize, arn) == [TEAM, STAGE]
    assert "tags" not in personalize.describe_dataset_group(datasetGroupArn=arn)["datasetGroup"]


def test_a_resource_without_tags_has_an_empty_list(personalize, group):
    assert tags_of(personalize, group) == []


def test_tags_are_added(personalize, workshop):
    arn = workshop.group(tags=[TEAM])
    answer = personalize.tag_resource(resourceArn=arn, tags=[STAGE])
    assert set(answer) == {"ResponseMetadata"}
    assert tags_of(personalize, arn) == [TEAM, STAGE]


def test_a_key_has_one_value(personalize, workshop):
    arn = workshop.group(tags=[TEAM])
    personalize.tag_resource(resourceArn=arn, tags=[{"tagKey": "team", "tagValue": "home"}])
    assert tags_of(personalize, arn) == [{"tagKey": "team", "tagValue": "home"}]


def test_keys_differ_by_case(personalize, workshop):
    arn = workshop.group(tags=[TEAM])
    personalize.tag_resource(resourceArn=arn, tags=[{"tagKey": "Team", "tagValue": ""}])
    assert len(tags_of(personalize, arn)) == 2


def test_tags_are_removed_and_unknown_keys_passed_over(personalize, workshop):
    arn = workshop.group(tags=[TEAM, STAGE])
    personalize.untag_resource(resourceArn=arn, tagKeys=["team", "unknown"])
    assert tags_of(personalize, arn) == [STAGE]


def test_tags_end_with_their_resource(personalize, workshop):
    arn = workshop.group(name="shop", tags=[TEAM])
    personalize.delete_dataset_group(datasetGroupArn=arn)
    assert tags_of(personalize, workshop.group(name="shop")) == []


@pytest.fixture
def taggable(personalize, workshop, group):
    """How to create a resource of each kind with tags; gives its ARN."""
    dataset = workshop.dataset(group=group)
    location = {"dataLocation": workshop.upload("USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE\n")}
    output = {"s3DataDestination": {"path": "s3://exports/"}}
    return {
        "dataset": lambda **tags: personalize.create_dataset(
            name="d", datasetGroupArn=group, schemaArn=workshop.schema("ITEMS"), datasetType="ITEMS", **tags
        )["datasetArn"],
        "import": lambda **tags: personalize.create_dataset_import_job(
            jobName="i", datasetArn=dataset, roleArn=ROLE, dataSource=location, **tags
        )["datasetImportJobArn"],
        "export": lambda **tags: personalize.create_dataset_export_job(
            jobName="e", datasetArn=dataset, roleArn=ROLE, jobOutput=output, **tags
        )["datasetExportJobArn"],
        "deletion": lambda **tags: personalize.create_data_deletion_job(
            jobName="d", datasetGroupArn=group, roleArn=ROLE, dataSource=location, **tags
        )["dataDeletionJobArn"],
        "tracker": lambda **tags: personalize.create_event_tracker(name="t", datasetGroupArn=group, **tags)[
            "eventTrackerArn"
        ],
    }


@pytest.mark.parametrize("kind", ["dataset", "import", "export", "deletion", "tracker"])
def test_every_resource_of_the_data_side_can_have_tags(personalize, taggable, kind):
    arn = taggable[kind](tags=[TEAM])
    personalize.tag_resource(resourceArn=arn, tags=[STAGE])
    personalize.untag_resource(resourceArn=arn, tagKeys=["team"])
    assert tags_of(personalize, arn) == [STAGE]


@pytest.mark.parametrize("kind", ["dataset", "import", "export", "deletion", "tracker"])
def test_refused_tags_create_nothing(taggable, refused, kind):
    with refused("InvalidInputException", "team"):
        taggable[kind](tags=[TEAM, TEAM])
    taggable[kind]()


@pytest.mark.parametrize(
    ("tags", "code"),
    [
        ([{"tagKey": "aws:team", "tagValue": "x"}], "InvalidInputException"),
        ([{"tagKey": "AWS:team", "tagValue": "x"}], "InvalidInputException"),
        ([{"tagKey": "team", "tagValue": "aws:x"}], "InvalidInputException"),
        ([TEAM, TEAM], "InvalidInputException"),
        ([{"tagKey": "k" * 129, "tagValue": ""}], "ValidationException"),
        ([{"tagKey": "k", "tagValue": "v" * 257}], "ValidationException"),
        ([{"tagKey": "k", "tagValue": "?"}], "ValidationException"),
        ([{"tagKey": f"k{n}", "tagValue": ""} for n in range(51)], "TooManyTagsException"),
    ],
)
def test_tags_that_are_refused_change_nothing(personalize, workshop, refused, tags, code):
    arn = workshop.group(tags=[STAGE])
    with refused(code):
        personalize.tag_resource(resourceArn=arn, tags=tags)
    assert tags_of(personalize, arn) == [STAGE]


def test_letters_of_all_scripts_are_allowed(personalize, group):
    tag = {"tagKey": "größe 大", "tagValue": "a_b.c:d/e=f+g-h@i"}
    personalize.tag_resource(resourceArn=group, tags=[tag])
    assert tags_of(personalize, group) == [tag]


def test_a_resource_can_have_fifty_tags(personalize, group, refused):
    personalize.tag_resource(resourceArn=group, tags=[{"tagKey": f"k{n}", "tagValue": ""} for n in range(50)])
    personalize.tag_resource(resourceArn=group, tags=[{"tagKey": "k0", "tagValue": "new"}])
    with refused("TooManyTagsException"):
        personalize.tag_resource(resourceArn=group, tags=[TEAM])


def test_fifty_keys_are_removed_at_once(personalize, group, refused):
    with refused("TooManyTagKeysException"):
        personalize.untag_resource(resourceArn=group, tagKeys=[f"k{n}" for n in range(51)])


def test_a_schema_can_not_have_tags(personalize, workshop, refused):
    with refused("InvalidInputException", "cannot have tags"):
        personalize.tag_resource(resourceArn=workshop.schema(), tags=[TEAM])


@pytest.mark.parametrize("arn", ["arn:aws:personalize:::recipe/aws-sims", "arn:aws:personalize:us-east-1:1:thing/x"])
def test_what_is_no_taggable_resource_is_refused(personalize, refused, arn):
    with refused("InvalidInputException"):
        tags_of(personalize, arn)


def test_an_unknown_resource_is_not_found(personalize, refused):
    with refused("ResourceNotFoundException"):
        tags_of(personalize, "arn:aws:personalize:us-east-1:123456789012:dataset-group/none")


def test_a_resource_that_is_being_deleted_keeps_its_tags(personalize_backend, personalize, workshop, refused):
    arn = workshop.group(tags=[TEAM])
    personalize_backend.transitions = "polls:1"
    personalize.delete_dataset_group(datasetGroupArn=arn)
    with refused("ResourceInUseException", "DELETE PENDING"):
        personalize.tag_resource(resourceArn=arn, tags=[STAGE])
    with refused("ResourceInUseException", "DELETE PENDING"):
        personalize.untag_resource(resourceArn=arn, tagKeys=["team"])
    assert tags_of(personalize, arn) == [TEAM]
