"""The whole way of a client of boto3 over HTTP, of whatever version; prints one line at its end. Needs a URL."""

import datetime
import json
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.exceptions import ClientError

URL = sys.argv[1]
ROLE = "arn:aws:iam::123456789012:role/personalize"
FIELDS = {
    "Interactions": {"USER_ID": "string", "ITEM_ID": "string", "TIMESTAMP": "long", "EVENT_TYPE": "string"},
    "Items": {"ITEM_ID": "string", "GENRE": "string"},
}
WORDS = {"GENRE": {"categorical": True}}
ITEMS = 50


def client(service):
    return boto3.client(
        service, endpoint_url=URL, region_name="us-east-1", aws_access_key_id="any", aws_secret_access_key="any"
    )


def schema_of(name):
    fields = [{"name": field, "type": kind, **WORDS.get(field, {})} for field, kind in FIELDS[name].items()]
    return json.dumps({"type": "record", "name": name, "namespace": "com.example", "version": "1.0", "fields": fields})


def refused(code, status, call, **members):
    try:
        response = call(**members)
    except ClientError as error:
        response = error.response
    assert response.get("Error", {}).get("Code") == code, response
    assert response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert len(response["ResponseMetadata"]["RequestId"]) == 36


def put(key, lines):
    body = "".join(f"{line}\n" for line in lines).encode()
    request = urllib.request.Request(f"{URL}/_personalize/objects/films/{key}", data=body, method="PUT")
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 200


def journey():
    personalize, runtime, events = map(client, ("personalize", "personalize-runtime", "personalize-events"))

    schemas = {name: personalize.create_schema(name=name, schema=schema_of(name))["schemaArn"] for name in FIELDS}
    again = {"name": "Items", "schema": schema_of("Items")}
    refused("ResourceAlreadyExistsException", 400, personalize.create_schema, **again)
    refused("InvalidInputException", 400, personalize.create_schema, name="broken", schema="no JSON")
    for name in ("one", "two", "three"):
        schemas[name] = personalize.create_schema(name=name, schema=schema_of("Items"))["schemaArn"]
    pages = personalize.get_paginator("list_schemas").paginate(PaginationConfig={"PageSize": 2})
    assert [len(page["schemas"]) for page in pages] == [2, 2, 1]
    assert sum(len(page["recipes"]) for page in personalize.get_paginator("list_recipes").paginate()) > 12

    tags = [{"tagKey": "équipe", "tagValue": "検索"}]
    group = personalize.create_dataset_group(name="films", tags=tags)["datasetGroupArn"]
    assert personalize.list_tags_for_resource(resourceArn=group)["tags"] == tags
    views = [
        f"u{user},i{(user + view * 7) % ITEMS},{1700000000 + view * 60},watch"
        for user in range(30)
        for view in range(40)
    ]
    put("interactions.csv", [",".join(FIELDS["Interactions"]), *views])
    put("items.csv", ["ITEM_ID,GENRE", *(f"i{item},{('comedy', 'drama')[item % 2]}" for item in range(ITEMS))])
    datasets = []
    for name in FIELDS:
        members = {"name": name, "schemaArn": schemas[name], "datasetGroupArn": group, "datasetType": name}
        datasets.append(personalize.create_dataset(**members)["datasetArn"])
        job = personalize.create_dataset_import_job(
            jobName=name,
            datasetArn=datasets[-1],
            dataSource={"dataLocation": f"s3://films/{name.lower()}.csv"},
            roleArn=ROLE,
        )
        found = personalize.describe_dataset_import_job(datasetImportJobArn=job["datasetImportJobArn"])
        assert found["datasetImportJob"]["status"] == "ACTIVE"
        assert isinstance(found["datasetImportJob"]["creationDateTime"], datetime.datetime)

    solutions, campaigns = [], []
    for recipe in ("aws-user-personalization", "aws-personalized-ranking"):
        members = {"name": recipe, "datasetGroupArn": group, "recipeArn": f"arn:aws:personalize:::recipe/{recipe}"}
        solutions.append(personalize.create_solution(**members)["solutionArn"])
        version = personalize.create_solution_version(solutionArn=solutions[-1])["solutionVersionArn"]
        metrics = personalize.get_solution_metrics(solutionVersionArn=version)["metrics"]
        assert isinstance(metrics["coverage"], float)
        made = personalize.create_campaign(name=recipe, solutionVersionArn=version, minProvisionedTPS=1)
        campaigns.append(made["campaignArn"])
        personalize.update_campaign(campaignArn=campaigns[-1], minProvisionedTPS=2)
    campaign, ranking = campaigns
    expression = "INCLUDE ItemID WHERE Items.GENRE IN ($WHAT)"
    only = personalize.create_filter(name="only", datasetGroupArn=group, filterExpression=expression)["filterArn"]

    tracker = personalize.create_event_tracker(name="films", datasetGroupArn=group)
    seen = {"eventType": "watch", "itemId": "i1", "sentAt": datetime.datetime.now(datetime.timezone.utc)}  # noqa: UP017
    events.put_events(trackingId=tracker["trackingId"], userId="u1", sessionId="s", eventList=[seen])
    request = {"campaignArn": campaign, "userId": "u1", "numResults": 5}
    answer = runtime.get_recommendations(**request, filterArn=only, filterValues={"WHAT": '"drama"'})
    assert [int(item["itemId"][1:]) % 2 for item in answer["itemList"]] == [1] * 5
    ranked = runtime.get_personalized_ranking(campaignArn=ranking, userId="u1", inputList=["i1", "i2", "i3"])
    assert {item["itemId"] for item in ranked["personalizedRanking"]} == {"i1", "i2", "i3"}
    unknown = f"{campaign}-none"
    refused("ResourceNotFoundException", 404, runtime.get_recommendations, campaignArn=unknown, userId="u1")
    with ThreadPoolExecutor(20) as pool:
        asked = [pool.submit(runtime.get_recommendations, campaignArn=campaign, userId=f"u{n}") for n in range(20)]
        assert all(len(each.result()["itemList"]) == 25 for each in asked)

    groups = [group, *(personalize.create_dataset_group(name=f"g{n}")["datasetGroupArn"] for n in range(4))]
    refused("LimitExceededException", 400, personalize.create_dataset_group, name="one-too-many")
    ends = [
        *(("campaign", "campaignArn", arn) for arn in campaigns),
        ("filter", "filterArn", only),
        ("event_tracker", "eventTrackerArn", tracker["eventTrackerArn"]),
        *(("solution", "solutionArn", arn) for arn in solutions),
        *(("dataset", "datasetArn", arn) for arn in datasets),
        *(("dataset_group", "datasetGroupArn", arn) for arn in groups),
        *(("schema", "schemaArn", arn) for arn in schemas.values()),
    ]
    for kind, member, arn in ends:
        getattr(personalize, f"delete_{kind}")(**{member: arn})
        refused("ResourceNotFoundException", 400, getattr(personalize, f"describe_{kind}"), **{member: arn})
    print(f"the journey has ended, with boto3 {boto3.__version__}")


if __name__ == "__main__":
    journey()
