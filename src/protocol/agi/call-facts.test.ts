import { describe, expect, test } from "vitest";
import { readDialTargets } from "./agi-command.ts";
import { CALL_VALUES, readCallFacts, readChannelFacts } from "./call-facts.ts";

/** The values that a channel answers with; those that are not named are empty. */
const answered = (values: Readonly<Partial<Record<(typeof CALL_VALUES)[number], string>>>): string =>
  CALL_VALUES.map((name) => values[name] ?? "").join("|");

// biome-ignore lint/suspicious/noTemplateCurlyInString: Asterisk's own notation
const OTHER_SIDE = "LEN(${CDR(dstchannel)})";
const RECORD = {
  ...{ "CDR(sequence)": "7", [OTHER_SIDE]: "22", "CDR(answer,u)": "1772352100.250999", "CDR(end,u)": "1772352143.0" },
  ...{ "CDR(billsec,f)": "42.900412", "CDR(billsec)": "42" },
};

describe("what came of a call", () => {
  test.each<[object, object, string]>([
    // values                                                          facts                                     why
    [
      { ...RECORD, ANSWEREDTIME_MS: "42901", DIALSTATUS: "ANSWER", HANGUPCAUSE: "16" },
      { talkedMs: 42_900, reportedS: 42, answeredAt: 1_772_352_100_250, sequence: "7", q850: 16 },
      "the record is of the call",
    ],
    [
      { ...RECORD, [OTHER_SIDE]: "0", "CDR(billsec,f)": "0.100000", "CDR(billsec)": "0", ANSWEREDTIME_MS: "42901" },
      { talkedMs: 42_901, reportedS: 42, answeredAt: null, sequence: null },
      "the dialplan went on after the call, in a record of its own",
    ],
    [
      { ANSWEREDTIME: "42", DIALSTATUS: "ANSWER" },
      { talkedMs: 42_000, reportedS: 42 },
      "no records, and no milliseconds",
    ],
    [RECORD, { talkedMs: 42_900, sequence: "7" }, "no Dial: a queue, an announcement that costs"],
    [
      { ...RECORD, [OTHER_SIDE]: "0", DIALSTATUS: "NOANSWER", HANGUPCAUSE: "19" },
      { talkedMs: 0, answeredAt: null, sequence: null, q850: 19 },
      "the dialplan had answered before it dialled, and nobody else did",
    ],
    [
      { ...RECORD, "CDR(answer,u)": "0.000000", DIALSTATUS: "BUSY", HANGUPCAUSE: "0" },
      { talkedMs: 0, q850: null },
      "busy",
    ],
    [
      { TOLLWRIGHT_RESULT: "granted", TOLLWRIGHT_LEG: "7" },
      { talkedMs: 0, result: "granted", leg: "7" },
      "hung up early",
    ],
  ])("%j is %j (%s)", (values, facts) => {
    expect(readCallFacts(answered(values))).toMatchObject(facts);
  });

  test("is not known without an answer, nor by one of another shape", () => {
    expect(readCallFacts(null)).toMatchObject({ talkedMs: null, answeredAt: null, result: "" });
    expect(readCallFacts("1|2|3")).toMatchObject({ talkedMs: null, result: "" });
    const nothing = { sequence: null, linkedId: null, startedAt: null, legBefore: null };
    expect([readChannelFacts(null), readChannelFacts("7"), readChannelFacts("||||")]).toEqual([
      nothing,
      nothing,
      nothing,
    ]);
  });
});

test.each<[string, object, string]>([
  // values                               facts                                             why
  ["7|1.1|1772352100.5||", { sequence: "7", linkedId: "1.1", startedAt: 1_772_352_100_500 }, "the first call"],
  ["7|1.1|0.0|granted|7", { startedAt: null, legBefore: null }, "asked again before it was dialled"],
  ["9|1.1||granted|7", { sequence: "9", legBefore: "7" }, "another place is to be dialled"],
  ["9|1.1||refused|", { legBefore: null }, "asked again after a refusal"],
])("a channel that says %s is %j (%s)", (value, facts) => {
  expect(readChannelFacts(value)).toMatchObject(facts);
});

test.each<[string, object | null, string]>([
  // dial string                 places                                                                  why
  ["PJSIP/4420@carrier", [{ technology: "PJSIP", trunk: "carrier", number: "4420" }], "through a trunk"],
  ["PJSIP/alice", [{ technology: "PJSIP", trunk: "alice", number: null }], "a customer of one's own"],
  ["SIP/uas/6001", [{ technology: "SIP", trunk: "uas", number: "6001" }], "of chan_sip"],
  [
    "IAX2/b/6001&PJSIP/a",
    [
      { technology: "IAX2", trunk: "b", number: "6001" },
      { technology: "PJSIP", trunk: "a", number: null },
    ],
    "two",
  ],
  ["PJSIP/4420@carrier,30,U(x)", null, "options"],
  ["PJSIP/4420@a@b", null, "one sign too many"],
  ["PJSIP/", null, "nobody"],
  ["PJSIP/a&", null, "nobody beside somebody"],
  ["Local/1@internal", null, "a dialplan, not a trunk"],
  ["PJSIP/carrier/sip:1@192.0.2.1", null, "an address that the caller may have written"],
  ["", null, "nothing"],
])("%j is %j (%s)", (text, targets) => {
  expect(readDialTargets(text)).toEqual(targets);
});
