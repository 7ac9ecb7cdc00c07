import { type EpochMs, epochMs } from "../../core/time/epoch.ts";
import type { KamailioCall } from "../../protocol/evapi/kamailio-event.ts";
import type { KamailioDialog } from "../../protocol/json-rpc/kamailio-dialog.ts";

/** What comparing needs to know of an open session. */
export interface FollowedSession {
  readonly key: string;
  readonly openedAt: EpochMs;
  readonly answeredAt: EpochMs | null;
  readonly usedS: number;
  readonly grantedS: number;
}

/** What the dialogs of a Kamailio tell of the sessions of its calls. */
export interface DialogFindings {
  /** Calls that talk, and whose start was not heard of: of a session, or of none. */
  readonly started: readonly FoundCall[];
  /** Calls that talk, as their sessions know. */
  readonly talking: readonly FoundCall[];
  /** Calls that ended, and whose end was not heard of. */
  readonly ended: readonly FoundCall[];
  /** Sessions that may still talk, and whose calls Kamailio does not have: when they ended is not known. */
  readonly gone: readonly FollowedSession[];
}

export interface FoundCall {
  readonly call: KamailioCall;
  readonly dialog: KamailioDialog;
}

/** Before it a dialog is not answered. */
const CONFIRMED = 3;
const ENDED = 5;
/** Between an authorisation and its dialog. */
const BEGIN_MS = 5_000;
/** Between the end of a call, in whole seconds, and its event. */
const END_MS = 2_000;

/**
 * Compares what a Kamailio listed at `askedAt` with the open sessions of its source. Its times are by its own clock. A
 * dialog is of the session that is named as its variable `cgrOriginID`, or else as its Call-ID and the caller's tag;
 * one of no session is looked at only where it has that variable: the others are not ours to charge.
 */
export function compareDialogs(
  dialogs: readonly KamailioDialog[],
  sessions: readonly FollowedSession[],
  askedAt: EpochMs,
): DialogFindings {
  const open = new Map(sessions.map((session) => [session.key, session]));
  const listed = new Set<string>();
  const [started, talking, ended]: [FoundCall[], FoundCall[], FoundCall[]] = [[], [], []];
  for (const dialog of dialogs) {
    const names = namesOf(dialog);
    const session = names.map((name) => open.get(name)).find((found) => found !== undefined);
    if (session !== undefined) listed.add(session.key);
    const originId = session?.key ?? dialog.variables.get("cgrOriginID");
    if (originId === undefined) continue;
    const found: FoundCall = { call: callOf(dialog, originId), dialog };
    const state = dialog.state ?? 0;
    if (state === ENDED) {
      const isOld = dialog.endedAtS !== null && dialog.endedAtS * 1_000 < askedAt - END_MS;
      if (session !== undefined && isOld) ended.push(found);
    } else if (state >= CONFIRMED && dialog.startedAtS !== null)
      (session === undefined || session.answeredAt === null ? started : talking).push(found);
  }
  const gone = sessions.filter(
    ({ key, openedAt, usedS, grantedS }) => !listed.has(key) && grantedS > usedS && openedAt < askedAt - BEGIN_MS,
  );
  return { started, talking, ended, gone };
}

const namesOf = ({ variables, callId, fromTag }: KamailioDialog): readonly string[] =>
  [variables.get("cgrOriginID"), `${callId};${fromTag}`, callId].filter((name) => name !== undefined);

/** A dialog, as an event would tell of its call. */
function callOf(dialog: KamailioDialog, originId: string): KamailioCall {
  const { variables, startedAtS, endedAtS, fromTag, toTag } = dialog;
  const setupS = variables.get("SetupTime");
  return {
    originId,
    originHost: null,
    tenant: null,
    account: variables.get("cgrAccount") ?? userOf(dialog.fromUri),
    subject: null,
    destination: variables.get("cgrDestination") ?? userOf(dialog.toUri),
    requestType: null,
    setupAt: setupS !== undefined && /^\d{9,11}$/.test(setupS) ? epochMs(Number(setupS) * 1_000) : null,
    answeredAt: startedAtS === null ? null : epochMs(startedAtS * 1_000),
    talkedMs: startedAtS === null || endedAtS === null ? 0 : Math.max(0, endedAtS - startedAtS) * 1_000,
    flags: [],
    fields: new Map([
      ...(fromTag ? [["FromTag", fromTag] as const] : []),
      ...(toTag ? [["ToTag", toTag] as const] : []),
    ]),
  };
}

/** Of "sip:4420@192.0.2.1:5060" it is 4420. */
const userOf = (uri: string | null): string | null => /^sips?:([^@]+)@/i.exec(uri ?? "")?.[1] ?? null;
