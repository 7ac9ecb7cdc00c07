import { epochMs } from "../src/core/time/epoch.ts";
import { CsvTokenizer } from "../src/mediation/csv/tokenizer.ts";
import type { DecoderSettings } from "../src/mediation/decoder.ts";
import { formatNamed } from "../src/mediation/registry.ts";
import { type BenchOutcome, bench } from "./bench.ts";
import type { Meter } from "./meter.ts";

/** As a file is read from disk. */
const CHUNK_BYTES = 65_536;
const FIRST_CALL_S = Date.UTC(2026, 2, 2, 6) / 1000;

const SETTINGS: DecoderSettings = {
  timeZone: "Europe/London",
  fold: "earlier",
  mapping: null,
  receivedAt: epochMs(Date.UTC(2027, 0, 1)),
  futureToleranceS: 0,
};

interface InventedCall {
  readonly index: number;
  readonly start: number;
  readonly ringS: number;
  readonly talkS: number;
}

/** Calls of one switch in order, 4 of 5 answered, up to 10 minutes long; a fixed seed. */
function* inventedCalls(n: number): Generator<InventedCall> {
  let seed = 42;
  const next = (most: number): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * most);
  };
  let start = FIRST_CALL_S;
  for (let index = 0; index < n; index++) {
    start += next(3);
    yield { index, start, ringS: 1 + next(20), talkS: next(5) === 0 ? 0 : 1 + next(600) };
  }
}

const stamp = (at: number): string => new Date(at * 1000).toISOString().slice(0, 19).replace("T", " ");

function freeswitchLine({ index, start, ringS, talkS }: InventedCall): string {
  const answer = talkS === 0 ? "" : stamp(start + ringS);
  const uuid = `5e0d5c1e-9c7b-4b16-8f0e-${String(index).padStart(12, "0")}`;
  const times = `"${stamp(start)}","${answer}","${stamp(start + ringS + talkS)}","${ringS + talkS}","${talkS}"`;
  const cause = talkS === 0 ? "NO_ANSWER" : "NORMAL_CLEARING";
  const parties = `"Alice","442079460018","1415555${1000 + (index % 9000)}","default"`;
  return `${parties},${times},"${cause}","${uuid}","","acct${index % 500}","PCMA","PCMA"\n`;
}

function mappedLine({ index, start, ringS, talkS }: InventedCall): string {
  const [startDate, startTime] = stamp(start).split(" ");
  const [endDate, endTime] = stamp(start + talkS).split(" ");
  const dayFirst = (date = ""): string => date.split("-").reverse().join("/");
  const times = `${dayFirst(startDate)},${dayFirst(endDate)},${startTime},${endTime}`;
  return `${index},442079460018,1415555${1000 + (index % 9000)},${times},${ringS}\n`;
}

const h323 = (at: number): string => {
  const [weekday, day, month, year] = new Date(at * 1000).toUTCString().replace(",", "").split(" ");
  return `${stamp(at).slice(11)}.000 UTC ${weekday} ${month} ${day} ${year}`;
};

function radiusRecord({ index, start, ringS, talkS }: InventedCall): string {
  const pair = (name: string, value: string): string => `\th323-${name} = "h323-${name}=${value}"\n`;
  const answer = start + ringS;
  const conference = `1D2C3B4A 5E6F7081 92A3B4C5 ${index.toString(16).toUpperCase().padStart(8, "0")}`;
  const pairs = [
    pair("conf-id", conference),
    pair("call-origin", "answer"),
    pair("call-type", "VoIP"),
    pair("setup-time", h323(start)),
    pair("connect-time", h323(answer)),
    pair("disconnect-time", h323(answer + talkS)),
    pair("disconnect-cause", talkS === 0 ? "11" : "10"),
  ].join("");
  return `${new Date(answer * 1000).toUTCString()}
\tNAS-IP-Address = 10.20.30.41
\tAcct-Status-Type = Stop
\tCalled-Station-Id = "1415555${1000 + (index % 9000)}"
\tCalling-Station-Id = "442079460018"
${pairs}\tCisco-AVPair = "h323-incoming-conf-id=${conference}"
\tAcct-Session-Time = ${talkS}
\tAcct-Session-Id = "${index.toString(16)}"
\tAcct-Delay-Time = 0
\tTimestamp = ${answer + talkS}

`;
}

/** As FreeSWITCH writes it: some hundred variables, of which a few are read. */
function xmlDocument({ index, start, ringS, talkS }: InventedCall): string {
  const others = Array.from(
    { length: 100 },
    (_, other) => `    <sip_variable_${other}>sip%3A${other}%40h</sip_variable_${other}>\n`,
  );
  const answer = talkS === 0 ? 0 : (start + ringS) * 1_000_000;
  return `<?xml version="1.0"?>
<cdr core-uuid="0f">
  <variables>
    <uuid>5e0d5c1e-9c7b-4b16-8f0e-${String(index).padStart(12, "0")}</uuid>
${others.join("")}    <start_uepoch>${start * 1_000_000}</start_uepoch>
    <answer_uepoch>${answer}</answer_uepoch>
    <end_uepoch>${(start + ringS + talkS) * 1_000_000}</end_uepoch>
    <billmsec>${talkS * 1000}</billmsec>
  </variables>
  <callflow>
    <caller_profile><destination_number>1415555${1000 + (index % 9000)}</destination_number></caller_profile>
  </callflow>
</cdr>
`;
}

const MAPPING = {
  layout: { kind: "csv", columns: ["id", "from", "to", "startDate", "endDate", "startTime", "endTime", "pdd"] },
  key: "record",
  calling: "from",
  called: "to",
  startedAt: { columns: ["startDate", "startTime"], format: "d/M/yyyy H:mm:ss" },
  endedAt: { columns: ["endDate", "endTime"], format: "d/M/yyyy H:mm:ss" },
};

/** Decodes a file of `n` calls chunk by chunk; every call must come out, with all of its seconds. */
function decodeFile(
  n: number,
  meter: Meter,
  { format, mapping, line }: { format: string; mapping: unknown; line: (call: InventedCall) => string },
): BenchOutcome {
  const calls = [...inventedCalls(n)];
  const file = new TextEncoder().encode(calls.map(line).join(""));
  const expectedS = calls.reduce((sum, { talkS }) => sum + talkS, 0);
  const decoder = formatNamed(format)!.open({ ...SETTINGS, mapping });
  let [decoded, talkedMs, checksum] = [0, 0, 0];
  meter.start();
  for (let at = 0; at <= file.length; at += CHUNK_BYTES) {
    const isLast = at + CHUNK_BYTES > file.length;
    const rows = decoder.push(file.subarray(at, at + CHUNK_BYTES));
    for (const { outcome } of isLast ? [...rows, ...decoder.end()] : rows) {
      if (outcome.kind === "framing") continue;
      if (outcome.kind !== "call") throw new Error(`a call became ${JSON.stringify(outcome)}`);
      const { call } = outcome;
      decoded++;
      talkedMs += call.talkedMs;
      checksum = (Math.imul(checksum, 31) + call.startedAt / 1000 + call.called.length + call.key.length) >>> 0;
    }
  }
  meter.stop();
  if (decoded !== n || talkedMs !== expectedS * 1000) throw new Error(`${decoded} calls, ${talkedMs} ms`);
  return {
    checksum: BigInt(checksum),
    verified: { calls: decoded, talkedS: expectedS },
    figures: [{ name: "octets a row", value: file.length / n, unit: "B" }],
  };
}

/** Ingest has 22 µs a call for everything: decoding may take 3 of them. */
bench(
  "decode: freeswitch-csv",
  { smoke: 2_000, full: 1_000_000, unit: "rows", floor: 200_000, goal: 300_000 },
  (n, meter) => decodeFile(n, meter, { format: "freeswitch-csv", mapping: null, line: freeswitchLine }),
);

/** A mapping that an operator wrote: dates in parts, keys made of content. */
bench(
  "decode: mapped CSV",
  { smoke: 2_000, full: 1_000_000, unit: "rows", floor: 100_000, goal: 200_000 },
  (n, meter) => decodeFile(n, meter, { format: "mapped", mapping: MAPPING, line: mappedLine }),
);

/** Records of eighteen attributes, over as many lines. */
bench("decode: radius-detail", { smoke: 500, full: 100_000, unit: "rows", floor: 15_000, goal: 50_000 }, (n, meter) =>
  decodeFile(n, meter, { format: "radius-detail", mapping: null, line: radiusRecord }),
);

/** Documents of some kilobytes each, as they are posted one by one. */
bench("decode: freeswitch-xml", { smoke: 200, full: 20_000, unit: "rows", floor: 1_500, goal: 5_000 }, (n, meter) =>
  decodeFile(n, meter, { format: "freeswitch-xml", mapping: null, line: xmlDocument }),
);

/** Fields found and none read: the part that every delimited format pays. */
bench(
  "decode: CSV tokens",
  { smoke: 2_000, full: 2_000_000, unit: "rows", floor: 300_000, goal: 1_000_000 },
  (n, meter) => {
    const file = new TextEncoder().encode([...inventedCalls(n)].map(freeswitchLine).join(""));
    let [records, fields] = [0, 0];
    const dialect = { delimiter: ",", quoting: "unescaped", newlinesInQuotes: false, trim: false } as const;
    const tokenizer = new CsvTokenizer(dialect, "auto", (record) => {
      records++;
      fields += record.fieldCount;
    });
    meter.start();
    for (let at = 0; at < file.length; at += CHUNK_BYTES) tokenizer.push(file.subarray(at, at + CHUNK_BYTES));
    tokenizer.end();
    meter.stop();
    if (records !== n || fields !== 15 * n) throw new Error(`${records} records of ${fields} fields`);
    return { checksum: BigInt(fields), verified: { records } };
  },
);
