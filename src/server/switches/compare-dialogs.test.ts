import { expect, test } from "vitest";
import { epochMs } from "../../core/time/epoch.ts";
import type { KamailioDialog } from "../../protocol/json-rpc/kamailio-dialog.ts";
import { compareDialogs, type FollowedSession } from "./compare-dialogs.ts";

const ASKED_AT = epochMs(1_795_306_500_000);
const ASKED_S = 1_795_306_500;

const dialog = (own: Partial<KamailioDialog> = {}): KamailioDialog => ({
  ...{
    hashEntry: 1,
    hashId: 2,
    callId: "c@ua",
    fromTag: "f",
    toTag: "t",
    fromUri: "sip:44201@ua",
    toUri: "sip:49301@gw",
  },
  ...{ state: 4, startedAtS: ASKED_S - 60, endedAtS: null, durationS: 60 },
  variables: new Map([["cgrOriginID", "c@ua;f"]]),
  ...own,
});
const session = (own: Partial<FollowedSession> = {}): FollowedSession => ({
  ...{
    key: "c@ua;f",
    openedAt: epochMs(ASKED_AT - 61_000),
    answeredAt: epochMs(ASKED_AT - 60_000),
    usedS: 0,
    grantedS: 600,
  },
  ...own,
});
const ended = (secondsAgo: number) =>
  dialog({ state: 5, endedAtS: ASKED_S - secondsAgo, startedAtS: ASKED_S - 60, durationS: 60 - secondsAgo });

test.each<[readonly KamailioDialog[], readonly FollowedSession[], string, string]>([
  // dialogs                                     sessions                          found       why
  [[dialog()], [session()], "talking", "it is known to talk"],
  [[dialog()], [session({ answeredAt: null })], "started", "its start was not heard of"],
  [[dialog()], [], "started", "it is nobody's yet, and asks to be charged"],
  [[dialog({ variables: new Map() })], [], "", "it is not ours to charge"],
  [[dialog({ variables: new Map() })], [session()], "talking", "the session is named by Call-ID and tag"],
  [[dialog({ variables: new Map() })], [session({ key: "c@ua" })], "talking", "the session is named by Call-ID alone"],
  [[dialog({ state: 2, startedAtS: null })], [session({ answeredAt: null })], "", "it rings"],
  [[ended(30)], [session()], "ended", "its end was not heard of"],
  [[ended(1)], [session()], "", "the event of its end may be on its way"],
  [[ended(30)], [], "", "it ended, and its session did"],
  [[], [session()], "gone", "Kamailio does not have it"],
  [[], [session({ openedAt: epochMs(ASKED_AT - 1_000) })], "", "its dialog may not have been there yet"],
  [[], [session({ usedS: 600 })], "", "nothing more is held for it already"],
])("%j beside %j: %s (%s)", (dialogs, sessions, found) => {
  const findings = compareDialogs(dialogs, sessions, ASKED_AT);
  expect(Object.entries(findings).flatMap(([kind, calls]) => calls.map(() => kind))).toEqual(found ? [found] : []);
});

test("a dialog tells of its call what an event would", () => {
  const { ended: found } = compareDialogs([ended(30)], [session()], ASKED_AT);
  expect(found[0]?.call).toMatchObject({
    ...{ originId: "c@ua;f", account: "44201", destination: "49301", talkedMs: 30_000 },
    answeredAt: ASKED_AT - 60_000,
  });
});
