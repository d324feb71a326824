/**
 * The home page of a shop: an AWS Lambda function behind an HTTP API of API Gateway.
 *
 * `GET /home?user=ada&count=8` answers with items for a user, and with what is popular for a visitor without a name or
 * when Personalize does not answer in time. `POST /orders` with `{"user": "ada", "item": "mug"}` records a purchase.
 */
import { PersonalizeEventsClient, PutEventsCommand } from "@aws-sdk/client-personalize-events";
import {
  GetRecommendationsCommand,
  InvalidInputException,
  PersonalizeRuntimeClient,
} from "@aws-sdk/client-personalize-runtime";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";

// Made once for each container of the function.
const runtime = new PersonalizeRuntimeClient({ maxAttempts: 2, requestHandler: { requestTimeout: 2000 } });
const events = new PersonalizeEventsClient({ maxAttempts: 2 });

type Response = APIGatewayProxyStructuredResultV2;
interface Order {
  user: string;
  item: string;
}

export async function handler(event: APIGatewayProxyEventV2): Promise<Response> {
  switch (event.routeKey) {
    case "GET /home":
      return home(event.queryStringParameters ?? {});
    case "POST /orders":
      return order(event.body ?? "");
    default:
      return respond(404, { error: `no route ${event.routeKey}` });
  }
}

async function home({ user, count = "8" }: Record<string, string | undefined>): Promise<Response> {
  const popular = (): Promise<string[]> => recommend(setting("POPULAR_ARN"), "anonymous", Number(count));
  try {
    if (user === undefined) return respond(200, { items: await popular(), personalized: false });
    return respond(200, { items: await recommend(setting("FOR_YOU_ARN"), user, Number(count)), personalized: true });
  } catch (error) {
    if (isOfTheCaller(error)) return respond(400, { error: error.message });
    console.warn("not personalized:", error);
    return respond(200, { items: await popular(), personalized: false });
  }
}

async function recommend(recommenderArn: string, userId: string, numResults: number): Promise<string[]> {
  const answer = await runtime.send(new GetRecommendationsCommand({ recommenderArn, userId, numResults }));
  return (answer.itemList ?? []).flatMap(({ itemId }) => itemId ?? []);
}

/** Refused because of what was asked, such as too many items: to try again, or elsewhere, would not help. */
function isOfTheCaller(error: unknown): error is Error {
  return error instanceof InvalidInputException || (error instanceof Error && error.name === "ValidationException");
}

async function order(body: string): Promise<Response> {
  const given = parse(body);
  if (given === undefined) return respond(400, { error: "the body must be JSON with user and item" });
  const event = { eventType: "Purchase", itemId: given.item, sentAt: new Date() };
  await events.send(
    new PutEventsCommand({
      trackingId: setting("TRACKING_ID"),
      userId: given.user,
      sessionId: given.user,
      eventList: [event],
    }),
  );
  return respond(202, given);
}

function parse(body: string): Order | undefined {
  try {
    const { user, item } = JSON.parse(body) as Partial<Record<keyof Order, unknown>>;
    return typeof user === "string" && typeof item === "string" ? { user, item } : undefined;
  } catch {
    return undefined;
  }
}

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`the environment has no ${name}`);
  return value;
}

function respond(statusCode: number, body: object): Response {
  return { statusCode, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}
