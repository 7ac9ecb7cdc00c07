import { describe, expect, test } from "vitest";
import { DEFAULT_NUMBER_RULES } from "../core/numbering/number-plan.ts";
import { NO_SESSION_LIMITS } from "../core/tenancy/session-limits.ts";
import type { Trunk } from "../core/tenancy/trunk.ts";
import { epochMs } from "../core/time/epoch.ts";
import { NO_CAUSE, type SwitchCall } from "../core/usage/switch-call.ts";
import { compileSourceRules, normaliseCall, type SourceSettings } from "./normalise.ts";

const START = 1_772_446_507_000;
const SANITY = { receivedAt: epochMs(START + 86_400_000), futureToleranceS: 0 };

const CALL: SwitchCall = {
  key: "k",
  leg: "a",
  callId: "c",
  direction: "originating",
  calling: "02079460018",
  called: "1234#0014155550123",
  startedAt: epochMs(START),
  answeredAt: epochMs(START + 6_000),
  endedAt: epochMs(START + 73_540),
  talkedMs: 67_540,
  reportedS: 68,
  accountCode: "acct1001",
  sipUser: null,
  sourceAddress: "198.51.100.7",
  ingressTrunk: "GW_ALICE",
  egressTrunk: "GW_CARRIERA",
  cause: NO_CAUSE,
  part: null,
};

const SETTINGS: SourceSettings = {
  numbers: { ...DEFAULT_NUMBER_RULES, defaultCountry: "GB", alreadyInternational: false, techPrefixes: ["1234#"] },
  duration: "reported-seconds",
  legs: null,
  directions: null,
};

const trunk = (sourceId: string | null, defaultCountry: string): Trunk => ({
  id: `${sourceId}`,
  sourceId,
  name: "GW_ALICE",
  accountId: "a",
  whenDatabaseAway: null,
  limits: NO_SESSION_LIMITS,
  direction: "ingress",
  numbers: { ...SETTINGS.numbers, defaultCountry },
});

const normalise = (call: Partial<SwitchCall>, settings: Partial<SourceSettings> = {}, trunks: readonly Trunk[] = []) =>
  normaliseCall({ ...CALL, ...call }, compileSourceRules("s1", { ...SETTINGS, ...settings }, trunks), SANITY);

test("numbers are clean, the tech prefix is kept, seconds are whole", () => {
  expect(normalise({})).toMatchObject({
    kind: "event",
    event: {
      calling: { kind: "e164", digits: "442079460018" },
      called: { kind: "e164", digits: "14155550123" },
      techPrefix: "1234#",
      talkedMs: 67_540,
      talkedS: 68,
    },
  });
});

describe("what is not usage", () => {
  test.each<[Partial<SwitchCall>, Partial<SourceSettings>, string, string]>([
    [{ leg: "b" }, { legs: ["a"] }, "leg b", "only one leg of each call is paid"],
    [{ leg: "" }, { legs: ["a"] }, "leg (none)", "a format without legs"],
    [{ direction: "terminating" }, { directions: ["originating"] }, "terminating leg", "only callers pay"],
  ])("%o under %o: %s (%s)", (call, settings, why) => {
    expect(normalise(call, settings)).toEqual({ kind: "non-billable", why });
  });
});

test("a call that can't be true is a reject, paired ones too", () => {
  expect(normalise({ endedAt: epochMs(START - 1) })).toMatchObject({ reject: { code: "end-before-start" } });
  expect(normalise({ endedAt: epochMs(START + 90_000_000) })).toMatchObject({ reject: { code: "future-time" } });
});

test("an unanswered call has no talk time", () => {
  const event = normalise({ answeredAt: null, talkedMs: 0, reportedS: 0 });
  expect(event).toMatchObject({ event: { answeredAt: null, talkedMs: 0, talkedS: 0 } });
});

test("a trunk's own number rules win: the source's trunk before one of any source", () => {
  const calling = (trunks: readonly Trunk[]) => {
    const normalised = normalise({ calling: "0301234567" }, {}, trunks);
    return normalised.kind === "event" && normalised.event.calling;
  };
  expect(calling([])).toMatchObject({ digits: "44301234567" });
  expect(calling([trunk(null, "DE")])).toMatchObject({ digits: "49301234567" });
  expect(calling([trunk("s1", "AT"), trunk(null, "DE")])).toMatchObject({ digits: "43301234567" });
  expect(calling([trunk("s2", "AT")])).toMatchObject({ digits: "44301234567" });
});
