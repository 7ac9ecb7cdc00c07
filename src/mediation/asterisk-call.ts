import { STAMP } from "./text/timestamp-pattern.ts";

const optional = (column: string, more: object = {}) => ({ column, optional: true, empty: NULLS, ...more });

/** How databases export NULL, and MySQL a date that is none. */
const NULLS = ["NULL", "\\N", "0000-00-00 00:00:00"];

/** "PJSIP/acct1001-00000a1c" is a channel of the endpoint "acct1001". */
const endpoint = (column: string) => optional(column, { after: "/", beforeLast: "-" });

/** Tells the records of one `uniqueid` apart by what no export writes differently: no time, no optional column. */
const LEG_OF_UNNUMBERED = {
  template: "{channel}|{dstchannel}|{dst}|{lastapp}|{duration}|{billsec}",
  optional: true,
  as: "hash",
};

/**
 * What an Asterisk CDR says of a call, as a mapping: its CSV file and its database table have the same columns, so
 * that a record has one identity whichever way it comes. `uniqueid` alone repeats for forks and transfers, so the leg
 * is the record's sequence number, and without one a hash of what tells such records apart. Dispositions become the
 * causes that Asterisk itself gives them. Source: docs/guides/asterisk.md; causes: Asterisk, causes.h.
 */
export const ASTERISK_CALL = {
  key: {
    cases: [{ when: { column: "uniqueid", empty: false }, value: optional("uniqueid") }],
    otherwise: { record: true },
  },
  leg: {
    cases: [
      { when: { column: "sequence", empty: false }, value: optional("sequence") },
      { when: { column: "uniqueid", empty: false }, value: LEG_OF_UNNUMBERED },
    ],
  },
  sequence: optional("sequence"),
  callId: { firstOf: [optional("linkedid"), optional("uniqueid")] },
  calling: "src",
  called: "dst",
  startedAt: { firstOf: [optional("start"), optional("calldate")], format: STAMP },
  answeredAt: optional("answer", { format: STAMP }),
  endedAt: optional("end", { format: STAMP }),
  talked: { column: "billsec", unit: "s" },
  total: { column: "duration", unit: "s" },
  accountCode: optional("accountcode"),
  sipUser: endpoint("channel"),
  ingressTrunk: endpoint("channel"),
  egressTrunk: endpoint("dstchannel"),
  cause: {
    text: optional("disposition"),
    words: {
      ANSWERED: { q850: 16 },
      "NO ANSWER": { q850: 19 },
      BUSY: { q850: 17 },
      FAILED: { q850: 38 },
      CONGESTION: { q850: 34 },
    },
  },
} as const;
