"""The whole way of the clients of capo, which has no botocore in it; prints one line at its end.

Needs a URL, and ``sync`` or ``async``.
"""

import asyncio
import datetime
import json
import sys
import urllib.request
from functools import partial

from capo_personalize import AsyncPersonalizeClient, Credentials, PersonalizeClient
from capo_personalize.errors import (
    InvalidInputException,
    LimitExceededException,
    ResourceAlreadyExistsException,
    ResourceNotFoundException,
)
from capo_personalize_events import AsyncPersonalizeEventsClient, PersonalizeEventsClient
from capo_personalize_runtime import AsyncPersonalizeRuntimeClient, PersonalizeRuntimeClient
from capo_personalize_runtime.errors import ResourceNotFoundException as UnknownCampaign

URL, KIND = sys.argv[1:]
CLIENTS = {
    "sync": (PersonalizeClient, PersonalizeRuntimeClient, PersonalizeEventsClient),
    "async": (AsyncPersonalizeClient, AsyncPersonalizeRuntimeClient, AsyncPersonalizeEventsClient),
}
ROLE = "arn:aws:iam::123456789012:role/personalize"
FIELDS = {
    "Interactions": {"USER_ID": "string", "ITEM_ID": "string", "TIMESTAMP": "long", "EVENT_TYPE": "string"},
    "Items": {"ITEM_ID": "string", "GENRE": "string"},
}
WORDS = {"GENRE": {"categorical": True}}


def schema_of(name):
    fields = [{"name": field, "type": kind, **WORDS.get(field, {})} for field, kind in FIELDS[name].items()]
    return json.dumps({"type": "record", "name": name, "namespace": "com.example", "version": "1.0", "fields": fields})


async def ask(method, **members):
    """The answer of either client: awaited, or waited for on a thread."""
    return await (method(**members) if KIND == "async" else asyncio.to_thread(method, **members))


async def listed(items):
    return [item async for item in items] if KIND == "async" else list(items)


async def refused(error, status, method, **members):
    try:
        found = await ask(method, **members)
    except error as refusal:
        found = refusal
    assert isinstance(found, error), found
    assert found.response.status == status, found.response
    assert len(found.response.headers["x-amzn-requestid"]) == 36
    assert found.data["message"], found


def put(key, lines):
    body = "".join(f"{line}\n" for line in lines).encode()
    request = urllib.request.Request(f"{URL}/_personalize/objects/films/{key}", data=body, method="PUT")
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 200


async def journey():
    options = {"endpoint": URL, "region": "us-east-1", "credentials": Credentials(access_key="any", secret_key="any")}
    personalize, runtime, events = (kind(**options) for kind in CLIENTS[KIND])

    schemas = {}
    for name in (*FIELDS, "one", "two", "three"):
        kind = name if name in FIELDS else "Items"
        schemas[name] = (await ask(personalize.create_schema, name=name, schema=schema_of(kind)))["schema_arn"]
    create = partial(personalize.create_schema, name="Items")
    await refused(ResourceAlreadyExistsException, 400, create, schema=schema_of("Items"))
    await refused(InvalidInputException, 400, personalize.create_schema, name="broken", schema="no JSON")
    found = await listed(personalize.iter_list_schemas(max_results=2))
    assert {each["name"] for each in found} == set(schemas)
    assert isinstance(found[0]["creation_date_time"], datetime.datetime)
    assert len(await listed(personalize.iter_list_recipes())) > 12

    tags = [{"tag_key": "équipe", "tag_value": "検索"}]
    group = (await ask(personalize.create_dataset_group, name="films", tags=tags))["dataset_group_arn"]
    assert (await ask(personalize.list_tags_for_resource, resource_arn=group))["tags"] == tags
    views = [
        f"u{user},i{(user + view * 7) % 50},{1700000000 + view * 60},watch" for user in range(30) for view in range(40)
    ]
    put("Interactions.csv", [",".join(FIELDS["Interactions"]), *views])
    put("Items.csv", ["ITEM_ID,GENRE", *(f"i{item},{('comedy', 'drama')[item % 2]}" for item in range(50))])
    datasets = []
    for kind in FIELDS:
        members = {"name": kind, "schema_arn": schemas[kind], "dataset_group_arn": group, "dataset_type": kind}
        datasets.append((await ask(personalize.create_dataset, **members))["dataset_arn"])
        source = {"data_location": f"s3://films/{kind}.csv"}
        members = {"job_name": kind, "dataset_arn": datasets[-1], "data_source": source, "role_arn": ROLE}
        job = (await ask(personalize.create_dataset_import_job, **members))["dataset_import_job_arn"]
        done = await ask(personalize.describe_dataset_import_job, dataset_import_job_arn=job)
        assert done["dataset_import_job"]["status"] == "ACTIVE"

    solutions, campaigns = [], []
    for recipe in ("aws-user-personalization", "aws-personalized-ranking"):
        members = {"name": recipe, "dataset_group_arn": group, "recipe_arn": f"arn:aws:personalize:::recipe/{recipe}"}
        solutions.append((await ask(personalize.create_solution, **members))["solution_arn"])
        version = await ask(personalize.create_solution_version, solution_arn=solutions[-1])
        trained = {"solution_version_arn": version["solution_version_arn"]}
        assert isinstance((await ask(personalize.get_solution_metrics, **trained))["metrics"]["coverage"], float)
        made = await ask(personalize.create_campaign, name=recipe, min_provisioned_tps=1, **trained)
        campaigns.append(made["campaign_arn"])
        await ask(personalize.update_campaign, campaign_arn=campaigns[-1], min_provisioned_tps=2)
    members = {"dataset_group_arn": group, "filter_expression": "INCLUDE ItemID WHERE Items.GENRE IN ($WHAT)"}
    only = (await ask(personalize.create_filter, name="only", **members))["filter_arn"]

    tracker = await ask(personalize.create_event_tracker, name="films", dataset_group_arn=group)
    seen = {"event_type": "watch", "item_id": "i1", "sent_at": datetime.datetime.now(datetime.timezone.utc)}  # noqa: UP017
    visit = {"tracking_id": tracker["tracking_id"], "user_id": "u1", "session_id": "s"}
    await ask(events.put_events, **visit, event_list=[seen])
    recommend = partial(runtime.get_recommendations, campaign_arn=campaigns[0])
    answer = await ask(recommend, user_id="u1", num_results=5, filter_arn=only, filter_values={"WHAT": '"drama"'})
    assert [int(item["item_id"][1:]) % 2 for item in answer["item_list"]] == [1] * 5
    rank = runtime.get_personalized_ranking
    ranked = await ask(rank, campaign_arn=campaigns[1], user_id="u1", input_list=["i1", "i2", "i3"])
    assert {item["item_id"] for item in ranked["personalized_ranking"]} == {"i1", "i2", "i3"}
    unknown = {"campaign_arn": f"{campaigns[0]}-none", "user_id": "u1"}
    await refused(UnknownCampaign, 404, runtime.get_recommendations, **unknown)
    answers = await asyncio.gather(*(ask(recommend, user_id=f"u{user}") for user in range(20)))
    assert [len(answer["item_list"]) for answer in answers] == [25] * 20

    groups = [group]
    for number in range(4):
        groups.append((await ask(personalize.create_dataset_group, name=f"g{number}"))["dataset_group_arn"])
    await refused(LimitExceededException, 400, personalize.create_dataset_group, name="one-too-many")
    ends = {
        "campaign": campaigns,
        "filter": [only],
        "event_tracker": [tracker["event_tracker_arn"]],
        "solution": solutions,
        "dataset": datasets,
        "dataset_group": groups,
        "schema": schemas.values(),
    }
    for kind, arns in ends.items():
        for arn in arns:
            await ask(getattr(personalize, f"delete_{kind}"), **{f"{kind}_arn": arn})
            await refused(
                ResourceNotFoundException, 400, getattr(personalize, f"describe_{kind}"), **{f"{kind}_arn": arn}
            )
    print("the journey has ended")


asyncio.run(journey())
