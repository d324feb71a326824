"""Dataset groups and datasets, and their quotas: the free beginning of every account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_personalize.conformance.case import ABSENT, ANY, Like, guide, model, recorded
from pytest_personalize.conformance.errors import Refusal
from pytest_personalize.conformance.rows import (
    AE,
    II,
    IU,
    LE,
    NF,
    PENDING,
    PRINTED,
    SAYS,
    VE,
    Book,
    answered,
    refused,
    request,
    unknown,
    until_rest,
)
from pytest_personalize.conformance.samples import ROLE

if TYPE_CHECKING:
    from pytest_personalize.conformance.world import World

KEY: Final = "arn:aws:kms:us-east-1:123456789012:key/1"
NO_GROUP: Final = "<here>:dataset-group/no-such"
EVENT_COLUMN: Final = guide("requirements of metric attributions")
LIMITS: Final = guide("endpoints and quotas")

BOOK: Final = Book(
    # -- dataset groups
    answered(
        "groups/answer-without-domain",
        request("CreateDatasetGroup"),
        {"datasetGroupArn": ANY, "domain": ABSENT},
        PRINTED,
        tier="core",
    ),
    answered(
        "groups/answer-with-domain",
        request("CreateDatasetGroup", domain="VIDEO_ON_DEMAND"),
        {"datasetGroupArn": ANY, "domain": "VIDEO_ON_DEMAND"},
        PRINTED,
        tier="core",
    ),
    refused("groups/domain-that-there-is-not", request("CreateDatasetGroup", domain="MUSIC"), VE, SAYS, tier="strict"),
    refused("groups/role-without-key", request("CreateDatasetGroup", roleArn=ROLE), II, SAYS),
    refused("groups/key-without-role", request("CreateDatasetGroup", kmsKeyArn=KEY), II, SAYS),
    answered(
        "groups/described",
        ("DescribeDatasetGroup", {"datasetGroupArn": "<shop>"}),
        {
            "datasetGroup": {
                "datasetGroupArn": "<shop>",
                "name": ANY,
                "status": "ACTIVE",
                "creationDateTime": ANY,
                "lastUpdatedDateTime": ANY,
                "domain": ABSENT,
                "roleArn": ABSENT,
                "failureReason": ABSENT,
                "tags": ABSENT,
            }
        },
        PRINTED,
        tier="core",
    ),
    answered(
        "groups/described-with-domain",
        ("DescribeDatasetGroup", {"datasetGroupArn": "<store>"}),
        {"datasetGroup": {"domain": "ECOMMERCE"}},
        PRINTED,
        tier="core",
    ),
    answered(
        "groups/begins-pending",
        ("DescribeDatasetGroup", {"datasetGroupArn": "<pending group>"}),
        {"datasetGroup": {"status": Like("CREATE (PENDING|IN_PROGRESS)")}},
        PRINTED,
        tier="strict",
    ),
    answered(
        "groups/deletion-has-no-body",
        ("DeleteDatasetGroup", {"datasetGroupArn": "<group>"}),
        {"ResponseMetadata": {"HTTPStatusCode": 200, "HTTPHeaders": {"content-length": "0"}}},
        PRINTED,
        tier="strict",
    ),
    answered(
        "groups/deletion-is-seen",
        ("DescribeDatasetGroup", {"datasetGroupArn": "<group>"}),
        {"datasetGroup": {"status": "DELETE PENDING"}},
        PRINTED,
        ("DeleteDatasetGroup", {"datasetGroupArn": "<group>"}),
        tier="strict",
    ),
    refused(
        "groups/words-of-not-found",
        ("DeleteDatasetGroup", {"datasetGroupArn": NO_GROUP}),
        NF,
        recorded("immersion day, Travel_04_Clean_Up"),
        tier="strict",
        text="The given dataset group does not exist: <here>:dataset-group/no-such",
    ),
    refused(
        "groups/not-empty",
        ("DeleteDatasetGroup", {"datasetGroupArn": "<shop>"}),
        IU,
        SAYS,
        needs=("<shop ITEMS>",),
    ),
    refused(
        "groups/with-a-tracker",
        ("DeleteDatasetGroup", {"datasetGroupArn": "<group>"}),
        IU,
        SAYS,
        needs=("<group tracker>",),
    ),
    refused(
        "groups/deleted-while-created",
        ("DeleteDatasetGroup", {"datasetGroupArn": "<pending group>"}),
        IU,
        PENDING,
        tier="strict",
    ),
    unknown(
        "groups/deleted-with-a-filter",
        "Is a dataset group deleted while a filter of it is there?",
        ("DeleteDatasetGroup", {"datasetGroupArn": "<group>"}),
        request(
            "CreateFilter",
            datasetGroupArn="<group>",
            filterExpression='EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("x")',
        ),
        until_rest("<here>:filter/<new>"),
        ("DeleteDataset", {"datasetArn": "<group INTERACTIONS>"}),
        until_rest("<group INTERACTIONS>"),
        needs=("<group INTERACTIONS>",),
    ),
    unknown(
        "groups/deleted-with-an-attribution",
        "Is a dataset group deleted while a metric attribution of it is there?",
        ("DeleteDatasetGroup", {"datasetGroupArn": "<group>"}),
        request("CreateMetricAttribution", datasetGroupArn="<group>", metricsOutputConfig={"roleArn": "<role>"}),
        until_rest("<here>:metric-attribution/<new>"),
        ("DeleteDataset", {"datasetArn": "<group INTERACTIONS>"}),
        until_rest("<group INTERACTIONS>"),
        needs=("<group INTERACTIONS>",),
    ),
    # -- datasets
    answered(
        "datasets/type-in-lower-case",
        request("CreateDataset", datasetType="users"),
        {"datasetArn": Like(".*/USERS")},
        PRINTED,
        tier="core",
    ),
    answered(
        "datasets/described",
        ("DescribeDataset", {"datasetArn": "<shop ITEMS>"}),
        {
            "dataset": {
                "datasetArn": "<shop ITEMS>",
                "datasetGroupArn": "<shop>",
                "datasetType": "ITEMS",
                "schemaArn": "<items schema>",
                "status": "ACTIVE",
                "latestDatasetUpdate": ABSENT,
                "trackingId": ABSENT,
            }
        },
        PRINTED,
        tier="core",
    ),
    answered(
        "datasets/actions-have-a-tracking-id",
        ("DescribeDataset", {"datasetArn": "<shop ACTION_INTERACTIONS>"}),
        {"dataset": {"trackingId": ANY}},
        model("the shape Dataset"),
    ),
    refused("datasets/unknown-type", request("CreateDataset", datasetType="Films"), II, SAYS),
    refused("datasets/type-of-another-schema", request("CreateDataset", datasetType="Items"), II, SAYS),
    refused(
        "datasets/schema-of-a-domain",
        request("CreateDataset", datasetType="Interactions", datasetGroupArn="<group>", schemaArn="<store schema>"),
        II,
        SAYS,
    ),
    refused(
        "datasets/schema-of-no-domain",
        request("CreateDataset", datasetGroupArn="<store>", datasetType="Users", schemaArn="<users schema>"),
        II,
        SAYS,
    ),
    refused(
        "datasets/second-of-a-type",
        request("CreateDataset", datasetGroupArn="<shop>"),
        AE,
        SAYS,
        needs=("<shop USERS>",),
        tier="core",
    ),
    refused(
        "datasets/group-in-creation",
        request("CreateDataset", datasetGroupArn="<pending group>"),
        IU,
        PENDING,
        tier="strict",
    ),
    answered(
        "datasets/schema-replaced",
        ("DescribeDataset", {"datasetArn": "<group ITEMS>"}),
        {
            "dataset": {
                "status": Like("UPDATE (PENDING|IN_PROGRESS)|ACTIVE"),
                "latestDatasetUpdate": {"schemaArn": "<wider items schema>"},
            }
        },
        recorded("update-item-dataset-schema-example, 2023-10-27"),
        ("UpdateDataset", {"datasetArn": "<group ITEMS>", "schemaArn": "<wider items schema>"}),
    ),
    refused(
        "datasets/replaced-by-fewer-fields",
        ("UpdateDataset", {"datasetArn": "<group ITEMS>", "schemaArn": "<narrow items schema>"}),
        II,
        guide("replacing a schema"),
    ),
    refused(
        "datasets/replaced-by-another-type",
        ("UpdateDataset", {"datasetArn": "<shop ITEMS>", "schemaArn": "<users schema>"}),
        II,
        guide("replacing a schema"),
    ),
    refused(
        "datasets/interactions-are-not-replaced",
        ("UpdateDataset", {"datasetArn": "<shop INTERACTIONS>", "schemaArn": "<interactions schema>"}),
        II,
        guide("replacing a schema"),
    ),
    refused(
        "datasets/replaced-twice-at-once",
        ("UpdateDataset", {"datasetArn": "<group ITEMS>", "schemaArn": "<wider items schema>"}),
        IU,
        PENDING,
        ("UpdateDataset", {"datasetArn": "<group ITEMS>", "schemaArn": "<wider items schema>"}),
        tier="strict",
    ),
)


@BOOK.checked(
    "quotas/dataset-groups", "CreateDatasetGroup", "LimitExceededException after at most 5", LIMITS, tier="strict"
)
def dataset_groups(world: World) -> str | None:
    """One more than there may be."""
    return beyond(world, 6, lambda number: request("CreateDatasetGroup", name=f"<new {number}>"))


@BOOK.checked("quotas/filters", "CreateFilter", "LimitExceededException after at most 30", LIMITS, tier="strict")
def filters(world: World) -> str | None:
    """One more than there may be in a group."""
    world.thing("shop INTERACTIONS")
    return beyond(world, 31, lambda number: request("CreateFilter", name=f"<new {number}>"))


def beyond(world: World, count: int, call: object) -> str | None:
    """What is wrong with making that many: the last of them at the latest must be one too many."""
    for number in range(count):
        answer = world.ask(*call(number))  # type: ignore[operator]
        if isinstance(answer, Refusal):
            return None if answer.code == LE else str(answer)
    return f"{count} were made"


@BOOK.observed(
    "datasets/failed-replacement",
    "UpdateDataset",
    "Which status has the update of a dataset that failed?",
    in_process=True,
)
def failed_replacement(world: World) -> object:
    """The work behind UpdateDataset fails."""
    arn = world.thing("group ITEMS")
    assert world.lane.backend is not None
    world.lane.backend.faults.fail_job("UpdateDataset", "no luck")
    world.call("UpdateDataset", {"datasetArn": arn, "schemaArn": "<wider items schema>"})
    world.wait(arn)
    return world.call("DescribeDataset", {"datasetArn": arn})["dataset"]["latestDatasetUpdate"]["status"]
