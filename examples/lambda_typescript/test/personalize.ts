/** What the tests ask of the server besides the services: its admin API. */

/** What the seed of a preset answers, as far as these tests read it. */
export interface Shop {
  items: string[];
  users: string[];
  recommenders: Record<string, string>;
  tracking_id: string;
}

export interface Call {
  params: Record<string, unknown>;
}

export async function admin<Answer>(method: string, path: string, body?: object): Promise<Answer> {
  const url = `${process.env["AWS_ENDPOINT_URL_PERSONALIZE_RUNTIME"]}/_personalize/${path}`;
  const answer = await fetch(url, { method, ...(body && { body: JSON.stringify(body) }) });
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()) as Answer;
}
