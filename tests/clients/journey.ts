// The whole way of a client of the SDK for JavaScript, as strict TypeScript; it prints one line at its end.
import assert from "node:assert/strict";
import {
  CreateCampaignCommand, CreateDatasetCommand, CreateDatasetGroupCommand, CreateDatasetImportJobCommand,
  CreateEventTrackerCommand, CreateFilterCommand, CreateSchemaCommand, CreateSolutionCommand,
  CreateSolutionVersionCommand, DeleteCampaignCommand, DeleteDatasetCommand, DeleteDatasetGroupCommand,
  DeleteEventTrackerCommand, DeleteFilterCommand, DeleteSchemaCommand, DeleteSolutionCommand,
  DescribeCampaignCommand, DescribeDatasetCommand, DescribeDatasetGroupCommand, DescribeDatasetImportJobCommand,
  DescribeEventTrackerCommand, DescribeFilterCommand, DescribeSchemaCommand, DescribeSolutionCommand,
  DescribeSolutionVersionCommand, GetSolutionMetricsCommand, InvalidInputException, LimitExceededException,
  ListTagsForResourceCommand, PersonalizeClient, ResourceAlreadyExistsException, ResourceNotFoundException,
  UpdateCampaignCommand, paginateListRecipes, paginateListSchemas,
} from "@aws-sdk/client-personalize";
import { PersonalizeEventsClient, PutEventsCommand } from "@aws-sdk/client-personalize-events";
import {
  GetPersonalizedRankingCommand, GetRecommendationsCommand, PersonalizeRuntimeClient,
  ResourceNotFoundException as UnknownCampaign,
} from "@aws-sdk/client-personalize-runtime";

const personalize = new PersonalizeClient({});
const runtime = new PersonalizeRuntimeClient({});
const events = new PersonalizeEventsClient({});
const url = process.env.AWS_ENDPOINT_URL_PERSONALIZE ?? "";
const roleArn = "arn:aws:iam::123456789012:role/personalize";

const FIELDS: Record<string, [string, string | string[]][]> = {
  Interactions: [["USER_ID", "string"], ["ITEM_ID", "string"], ["TIMESTAMP", "long"], ["EVENT_TYPE", "string"]],
  Items: [["ITEM_ID", "string"], ["GENRE", "string"]],
};

function schemaOf(name: string): string {
  const fields = FIELDS[name].map(([field, type]) => ({ name: field, type, categorical: field === "GENRE" ? true : undefined }));
  return JSON.stringify({ type: "record", name, namespace: "com.example", version: "1.0", fields });
}

async function refused<E extends Error>(call: Promise<unknown>, kind: abstract new (...args: never[]) => E): Promise<E> {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof kind, `${String(error)} is no ${kind.name}`);
    return error;
  }
  throw new Error(`no ${kind.name}`);
}

function made(arn: string | undefined): string {
  assert.ok(arn !== undefined && arn.startsWith("arn:aws:personalize:"), String(arn));
  return arn;
}

async function put(key: string, text: string): Promise<void> {
  const answer = await fetch(`${url}/_personalize/objects/films/${key}`, { method: "PUT", body: text });
  assert.equal(answer.status, 200, await answer.text());
}

// Schemas: twice, no JSON, and the paginators of the SDK.
const schemas: Record<string, string> = {};
for (const name of Object.keys(FIELDS)) {
  const answer = await personalize.send(new CreateSchemaCommand({ name, schema: schemaOf(name) }));
  schemas[name] = made(answer.schemaArn);
}
const again = await refused(
  personalize.send(new CreateSchemaCommand({ name: "Items", schema: schemaOf("Items") })), ResourceAlreadyExistsException,
);
assert.equal(again.$metadata.httpStatusCode, 400);
assert.match(again.$metadata.requestId ?? "", /^[0-9a-f-]{36}$/);
await refused(personalize.send(new CreateSchemaCommand({ name: "broken", schema: "no JSON" })), InvalidInputException);
for (const name of ["one", "two", "three"]) {
  schemas[name] = made((await personalize.send(new CreateSchemaCommand({ name, schema: schemaOf("Items") }))).schemaArn);
}
const pages: number[] = [];
for await (const page of paginateListSchemas({ client: personalize, pageSize: 2 }, {})) {
  pages.push(page.schemas?.length ?? 0);
  assert.ok(page.schemas?.[0]?.creationDateTime instanceof Date);
}
assert.deepEqual(pages, [2, 2, 1]);
let recipes = 0;
for await (const page of paginateListRecipes({ client: personalize }, {})) recipes += page.recipes?.length ?? 0;
assert.ok(recipes > 12);

// A dataset group with tags, datasets, and their rows.
const tags = [{ tagKey: "équipe", tagValue: "検索" }];
const group = made((await personalize.send(new CreateDatasetGroupCommand({ name: "films", tags }))).datasetGroupArn);
const told = await personalize.send(new ListTagsForResourceCommand({ resourceArn: group }));
assert.deepEqual(told.tags, tags);
const rows = ["USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE"];
for (let user = 0; user < 30; user++) {
  for (let view = 0; view < 40; view++) rows.push(`u${user},i${(user + view * 7) % 50},${1700000000 + view * 60},watch`);
}
await put("interactions.csv", rows.join("\n") + "\n");
const items = Array.from({ length: 50 }, (_, item) => `i${item},${item % 2 ? "drama" : "comedy"}`);
await put("items.csv", ["ITEM_ID,GENRE", ...items].join("\n") + "\n");
const datasets: string[] = [];
for (const name of Object.keys(FIELDS)) {
  const request = { name, schemaArn: schemas[name], datasetGroupArn: group, datasetType: name };
  const datasetArn = made((await personalize.send(new CreateDatasetCommand(request))).datasetArn);
  datasets.push(datasetArn);
  const dataSource = { dataLocation: `s3://films/${name.toLowerCase()}.csv` };
  const job = await personalize.send(new CreateDatasetImportJobCommand({ jobName: name, datasetArn, dataSource, roleArn }));
  const found = await personalize.send(new DescribeDatasetImportJobCommand({ datasetImportJobArn: job.datasetImportJobArn }));
  assert.equal(found.datasetImportJob?.status, "ACTIVE");
}

// Two models, their metrics, and a campaign of each.
const solutions: string[] = [];
const campaigns: string[] = [];
for (const name of ["aws-user-personalization", "aws-personalized-ranking"]) {
  const solution = { name, datasetGroupArn: group, recipeArn: `arn:aws:personalize:::recipe/${name}` };
  const solutionArn = made((await personalize.send(new CreateSolutionCommand(solution))).solutionArn);
  const training = await personalize.send(new CreateSolutionVersionCommand({ solutionArn }));
  const solutionVersionArn = made(training.solutionVersionArn);
  const trained = await personalize.send(new DescribeSolutionVersionCommand({ solutionVersionArn }));
  assert.equal(trained.solutionVersion?.status, "ACTIVE");
  const { metrics } = await personalize.send(new GetSolutionMetricsCommand({ solutionVersionArn }));
  assert.equal(typeof metrics?.coverage, "number");
  const campaign = { name, solutionVersionArn, minProvisionedTPS: 1 };
  const campaignArn = made((await personalize.send(new CreateCampaignCommand(campaign))).campaignArn);
  await personalize.send(new UpdateCampaignCommand({ campaignArn, minProvisionedTPS: 2 }));
  const described = await personalize.send(new DescribeCampaignCommand({ campaignArn }));
  assert.equal(described.campaign?.status, "ACTIVE");
  solutions.push(solutionArn);
  campaigns.push(campaignArn);
}
const [campaignArn, rankingArn] = campaigns;
const filterExpression = "INCLUDE ItemID WHERE Items.GENRE IN ($WHAT)";
const filterArn = made(
  (await personalize.send(new CreateFilterCommand({ name: "only", datasetGroupArn: group, filterExpression }))).filterArn,
);

// Events, recommendations, a ranking.
const tracker = await personalize.send(new CreateEventTrackerCommand({ name: "films", datasetGroupArn: group }));
const { trackingId, eventTrackerArn } = tracker;
assert.ok(trackingId);
const event = { eventType: "watch", itemId: "i1", sentAt: new Date(1700000000000), properties: JSON.stringify({}) };
await events.send(new PutEventsCommand({ trackingId, userId: "u1", sessionId: "s", eventList: [event] }));
const filterValues = { WHAT: '"drama"' };
const request = { campaignArn, userId: "u1", numResults: 5, filterArn, filterValues };
const recommended = await runtime.send(new GetRecommendationsCommand(request));
assert.equal(recommended.itemList?.length, 5);
for (const item of recommended.itemList ?? []) {
  assert.equal(typeof item.score, "number");
  assert.equal(Number(item.itemId?.slice(1)) % 2, 1);
}
const inputList = ["i1", "i2", "i3"];
const ranked = await runtime.send(new GetPersonalizedRankingCommand({ campaignArn: rankingArn, userId: "u1", inputList }));
assert.deepEqual((ranked.personalizedRanking ?? []).map((item) => item.itemId).sort(), inputList);
const ranking = { campaignArn: `${rankingArn}-none`, userId: "u1", inputList };
const unknown = await refused(runtime.send(new GetPersonalizedRankingCommand(ranking)), UnknownCampaign);
assert.equal(unknown.$metadata.httpStatusCode, 404);
const twenty = await Promise.all(
  Array.from({ length: 20 }, (_, user) => runtime.send(new GetRecommendationsCommand({ campaignArn, userId: `u${user}` }))),
);
assert.ok(twenty.every((answer) => answer.itemList?.length === 25));

// Quotas, and the way back.
const groups: string[] = [];
const limit = await refused(
  (async () => {
    for (let number = 0; number < 10; number++) {
      groups.push(made((await personalize.send(new CreateDatasetGroupCommand({ name: `g${number}` }))).datasetGroupArn));
    }
  })(),
  LimitExceededException,
);
assert.equal(limit.$metadata.httpStatusCode, 400);
assert.equal(groups.length, 4);
const ends: [object, object][] = [
  ...campaigns.map((campaignArn): [object, object] => [
    new DeleteCampaignCommand({ campaignArn }), new DescribeCampaignCommand({ campaignArn }),
  ]),
  [new DeleteFilterCommand({ filterArn }), new DescribeFilterCommand({ filterArn })],
  [new DeleteEventTrackerCommand({ eventTrackerArn }), new DescribeEventTrackerCommand({ eventTrackerArn })],
  ...solutions.map((solutionArn): [object, object] => [
    new DeleteSolutionCommand({ solutionArn }), new DescribeSolutionCommand({ solutionArn }),
  ]),
  ...datasets.map((datasetArn): [object, object] => [
    new DeleteDatasetCommand({ datasetArn }), new DescribeDatasetCommand({ datasetArn }),
  ]),
  ...[group, ...groups].map((datasetGroupArn): [object, object] => [
    new DeleteDatasetGroupCommand({ datasetGroupArn }), new DescribeDatasetGroupCommand({ datasetGroupArn }),
  ]),
  ...Object.values(schemas).map((schemaArn): [object, object] => [
    new DeleteSchemaCommand({ schemaArn }), new DescribeSchemaCommand({ schemaArn }),
  ]),
];
for (const [remove, look] of ends) {
  await personalize.send(remove as DeleteSchemaCommand);
  await refused(personalize.send(look as DescribeSchemaCommand), ResourceNotFoundException);
}
console.log("the journey has ended");
