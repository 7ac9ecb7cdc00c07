import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nanos } from "../../src/core/money/nanos.ts";
import { epochMs } from "../../src/core/time/epoch.ts";
import type { Database } from "../../src/server/db/database.ts";
import type { ImportRequest } from "../../src/server/mediation/import-file.ts";
import type { Source } from "../../src/server/mediation/source.ts";
import { anyRate, Operator } from "../support/operator.ts";
import type { SeededRandom } from "../support/seeded-random.ts";
import {
  FREESWITCH_MAPPING,
  freeswitchRow,
  KAMAILIO_HEADER,
  kamailioRows,
  type MadeCall,
} from "../support/switch-files.ts";

const CALLS = 1_500;
const BATCH_ROWS = 150;
const MONTH_START = Date.UTC(2026, 1, 10);
const RECEIVED_AT = epochMs(Date.UTC(2026, 3, 1));
const DESTINATIONS = ["14155550123", "442079460018", "4930123456", "390612345678", "819012345678"] as const;

/**
 * The files that two switches of a carrier wrote in two months: good rows, broken ones, repeated ones, halves in two
 * files.
 */
export interface CarrierFiles {
  readonly gateway: string;
  readonly proxy: readonly [string, string];
}

export async function writeCarrierFiles(random: SeededRandom): Promise<CarrierFiles> {
  const folder = await mkdtemp(join(tmpdir(), "tollwright-kill-"));
  const write = async (name: string, text: string) => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  const [first, second] = proxyRows(random);
  return {
    gateway: await write("gateway.csv", gatewayRows(random).join("")),
    proxy: [await write("proxy-1.csv", KAMAILIO_HEADER + first), await write("proxy-2.csv", KAMAILIO_HEADER + second)],
  };
}

const anyCall = (random: SeededRandom, key: string): MadeCall => ({
  key,
  calling: "442079460018",
  called: random.of(DESTINATIONS),
  startedAt: MONTH_START + random.below(40 * 86_400) * 1_000,
  ringS: random.below(20),
  talkedS: random.once(6) ? null : 1 + random.below(900),
  account: random.of(["alpha", "beta", "gamma", "sub", "nobody"]),
  gateway: random.of(["carrier", "", "elsewhere"]),
});

function gatewayRows(random: SeededRandom): string[] {
  const rows: string[] = [];
  for (let n = 0; n < CALLS; n += 1) {
    const call = anyCall(random, `g${n}`);
    rows.push(freeswitchRow(call, { isCalleesLeg: random.once(20), ...(random.once(20) && { billsec: -1 }) }));
    if (random.once(15)) rows.push(rows[random.below(rows.length)] ?? "");
  }
  return rows;
}

/** Rows of one accounting log in two files: a half may be in either, some are lost, some written twice. */
function proxyRows(random: SeededRandom): [string, string] {
  const files: [string[], string[]] = [[], []];
  for (let n = 0; n < CALLS / 2; n += 1) {
    const call = anyCall(random, `p${n}`);
    for (const row of kamailioRows(call)) {
      if (random.once(40)) continue;
      random.of(files).push(row);
      if (random.once(30)) random.of(files).push(row);
      if (random.once(40)) random.of(files).push(row.replace("200,OK", "999999,OK"));
    }
  }
  return [random.shuffled(files[0]).join(""), random.shuffled(files[1]).join("")];
}

/** A tenant, and its files as they are to be imported, in order. */
export interface Carrier {
  readonly tenantId: string;
  readonly requests: readonly ImportRequest[];
  /** Corrects a time zone and whose calls are whose; the same files are then to be imported again. */
  correct(): Promise<readonly ImportRequest[]>;
}

/**
 * A carrier that has never seen its files: prepaid, postpaid and a reseller's customers, a vendor, and two switches.
 */
export async function foundCarrier(db: Database, files: CarrierFiles): Promise<Carrier> {
  const operator = await Operator.create(db);
  const alpha = await operator.account("alpha");
  const beta = await operator.account("beta", { payment: "prepaid", creditLimit: nanos(50_000_000_000n) });
  const gamma = await operator.account("gamma");
  const reseller = await operator.account("reseller", { kind: "reseller" });
  const sub = await operator.account("sub", { parentId: reseller.id, bookId: reseller.bookId });
  const vendor = await operator.account("vendor", { kind: "vendor" });
  const sold = [anyRate("1", "0.011"), anyRate("44", "0.0233"), anyRate("49", "0.07"), anyRate("39", "0.123456789")];
  await operator.tariff("sold", sold, [alpha, beta, gamma, sub]);
  await operator.tariff("wholesale", [anyRate("1", "0.009"), anyRate("", "0.02")], [reseller]);
  await operator.tariff("bought", [anyRate("1", "0.004"), anyRate("4", "0.0101"), anyRate("", "0.015")], [vendor]);
  await operator.trunk("carrier", vendor, "egress");
  const gateway = await operator.source("gateway", "freeswitch-csv", {
    mapping: FREESWITCH_MAPPING,
    directions: ["originating"],
  });
  const proxy = await operator.source("proxy", "kamailio-acc", { timeZone: "Europe/Rome" });
  for (const account of [alpha, beta, gamma, sub])
    await operator.rule(account, { match: { accountCode: account.code } });
  await operator.rule(alpha, { sourceId: proxy.id });
  const requestsOf = (proxySource: Source): readonly ImportRequest[] =>
    [{ source: gateway, path: files.gateway }, ...files.proxy.map((path) => ({ source: proxySource, path }))].map(
      (request) => ({ ...request, receivedAt: RECEIVED_AT, batchRows: BATCH_ROWS }),
    );
  const correct = async () => {
    await operator.rule(gamma, { match: { accountCode: "nobody" } });
    await operator.rule(gamma, { match: { accountCode: "beta", callingPrefix: "44" } });
    return requestsOf(await operator.source("proxy", "kamailio-acc", { timeZone: "UTC" }));
  };
  return { tenantId: operator.tenantId, requests: requestsOf(proxy), correct };
}
