import { createInterface } from "node:readline";
import { Charging } from "../../src/server/charging/charging.ts";
import type { ChargingRequest } from "../../src/server/charging/charging-request.ts";
import { openDatabase } from "../../src/server/db/database.ts";
import { OutageDesk } from "../../src/server/outage/outage-desk.ts";

/**
 * A process of its own that charges: `node charging-process.ts <url> <folder> <tenantId>`. Takes requests in lines of
 * JSON, `{n, request}`, and says `{n, answer}` or `{n, code}`; the first line it says is `{}`. It is killed.
 */
async function run(url: string, folder: string, tenantId: string): Promise<void> {
  const db = await openDatabase({ url });
  const charging = new Charging(db);
  const said = (line: object) => void process.stdout.write(`${JSON.stringify(line)}\n`);
  const report = {
    ...{ away: () => undefined, back: () => undefined, damaged: () => undefined, failed: () => undefined },
    replayed: (_tenantId: string, _entries: number, dead: number) => said({ dead }),
  };
  await OutageDesk.open(db, charging, { folder, answerMs: 1_500, journalBytesMax: 1 << 30, processes: 1, report });
  said({});
  for await (const line of createInterface(process.stdin)) {
    const { n, request } = JSON.parse(line) as { n: number; request: ChargingRequest };
    void charging.decide(tenantId, request).then(
      (answer) => said({ n, answer }),
      (error: unknown) => said({ n, error: String(error) }),
    );
  }
}

run(process.argv[2] ?? "", process.argv[3] ?? "", process.argv[4] ?? "").catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exit(2);
});
