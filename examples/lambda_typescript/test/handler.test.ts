import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { beforeEach, describe, expect, test } from "vitest";

import { handler } from "../src/handler.js";
import { admin, type Call, type Shop } from "./personalize.js";

let shop: Shop;
let ada: string;

beforeEach(async () => {
  await admin("POST", "reset");
  shop = await admin<Shop>("POST", "seed", { preset: "shop" });
  ada = shop.users[0]!;
  process.env["FOR_YOU_ARN"] = shop.recommenders["Recommended for you"]!;
  process.env["POPULAR_ARN"] = shop.recommenders["Most viewed"]!;
  process.env["TRACKING_ID"] = shop.tracking_id;
});

interface Page {
  items: string[];
  personalized: boolean;
}

async function ask<Body>(event: Partial<APIGatewayProxyEventV2>): Promise<{ status: number | undefined; body: Body }> {
  const { statusCode, body } = await handler(event as APIGatewayProxyEventV2);
  return { status: statusCode, body: JSON.parse(body ?? "") as Body };
}

const home = (queryStringParameters: Record<string, string>) =>
  ask<Page>({ routeKey: "GET /home", queryStringParameters });

const order = (body: string) => ask<object>({ routeKey: "POST /orders", body });

describe("the home page", () => {
  test("has as many items of the shop as asked for", async () => {
    const { status, body } = await home({ user: ada, count: "5" });

    expect(status).toBe(200);
    expect(new Set(body.items).size).toBe(5);
    expect(shop.items).toEqual(expect.arrayContaining(body.items));
  });

  test("is another one for another user", async () => {
    const [first, second] = await Promise.all(shop.users.slice(0, 2).map((user) => home({ user })));

    expect(first?.body.items).not.toEqual(second?.body.items);
  });

  test("shows what is popular to a visitor without a name", async () => {
    expect((await home({})).body).toMatchObject({ personalized: false, items: { length: 8 } });
  });

  test("says what is wrong with a request", async () => {
    const { status, body } = await home({ user: ada, count: "501" });

    expect(status).toBe(400);
    expect(body).toMatchObject({ error: expect.stringContaining("numResults") });
  });
});

describe("on a bad day", () => {
  const throttle = (times: number) =>
    admin("POST", "faults", { fault: "throttle", operation: "GetRecommendations", times });

  test("a request that is throttled once is tried again", async () => {
    await throttle(1);

    expect((await home({ user: ada })).body.personalized).toBe(true);
  });

  test("a user sees what is popular when two tries were too few", async () => {
    await throttle(2);

    expect((await home({ user: ada })).body).toMatchObject({ personalized: false, items: { length: 8 } });
  });
});

describe("an order", () => {
  test("is an event with user and item", async () => {
    const item = shop.items[0]!;

    expect((await order(JSON.stringify({ user: ada, item }))).status).toBe(202);

    const { calls } = await admin<{ calls: Call[] }>("GET", "calls?operation=PutEvents");
    expect(calls.map(({ params }) => params)).toMatchObject([{ userId: ada, eventList: [{ itemId: item }] }]);
  });

  test("is not offered on the next page", async () => {
    const item = (await home({ user: ada })).body.items[0]!;

    await order(JSON.stringify({ user: ada, item }));

    expect((await home({ user: ada })).body.items).not.toContain(item);
  });

  test.each(["", "[]", '{"user": "ada"}'])("of %j is refused, and nothing is sent", async (body) => {
    expect((await order(body)).status).toBe(400);

    expect(await admin("GET", "calls?operation=PutEvents")).toMatchObject({ calls: [] });
  });
});
