/** Starts `pytest-personalize serve` before the tests, leads the SDK there, and ends it with them. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

const COMMAND = ["-m", "pytest_personalize", "serve"];

export default async function setup(): Promise<() => void> {
  const server = spawn(process.env["PYTHON"] ?? "python3", COMMAND, { stdio: ["ignore", "pipe", "inherit"] });
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: server.stdout }).once("line", resolve);
    server.once("error", reject);
    server.once("exit", (code) => reject(new Error(`pytest-personalize ended with ${code}`)));
  });
  const url = line.split(" ").pop();
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_PERSONALIZE_EVENTS: url,
    AWS_ENDPOINT_URL_PERSONALIZE_RUNTIME: url,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "not-checked",
  });
  return () => void server.kill();
}
