import type { KamailioDialog, KamailioTransaction } from "./kamailio-event.ts";
import { writeNetstring } from "./netstring.ts";

/** A netstring for Kamailio, or why it cannot be written. */
export type KamailioCommand =
  | { readonly kind: "command"; readonly text: string }
  | { readonly kind: "refused"; readonly reason: string };

/** What a suspended transaction is told. */
export interface KamailioAnswer {
  /**
   * How long the call may last. Configurations refuse a call with 403 at 0 and give anything else to
   * `dlg_set_timeout`, so that a call without a limit needs a long one, not -1.
   */
  readonly maxUsageS: number;
  /** A short code; configurations refuse a call with 503 when it is not empty, whatever it says. */
  readonly error: string;
  /** Set as variables of the call: `Account`, `Password`. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Trunks in the order in which to try them. */
  readonly routes: readonly string[];
}

/** The event's own name, for configurations that give no route for the answer. */
const OWN_ROUTE = {
  authorise: "CGR_AUTH_REPLY",
  "process-message": "CGR_PROCESS_MESSAGE",
  "process-cdr": "CGR_PROCESS_CDR",
} as const;

const SECONDS_MAX = 2_147_483_647;
const ROUTE = /^\w{1,64}$/;
const NUMBER = /^\d{1,10}$/;
const ERROR = /^\w{0,64}$/;
/**
 * Configurations take answers apart by commas and colons, and take quotes away: a value cannot have any. Nor may it
 * have a `$`, which stands for a variable of Kamailio.
 */
const NAME = /^[\w.-]{1,64}$/;
const VALUE = /^[\w.+*#@=/ -]{0,256}$/;

/**
 * Answers a suspended transaction. `Routes` is what configurations from 1.0 read, `Suppliers` what older ones do.
 */
export function transactionReply(
  kind: keyof typeof OWN_ROUTE,
  { index, label, replyRoute }: KamailioTransaction,
  { maxUsageS, error, attributes, routes }: KamailioAnswer,
): KamailioCommand {
  const event = replyRoute ?? OWN_ROUTE[kind];
  if (!ROUTE.test(event)) return refused("route");
  if (!NUMBER.test(index) || !NUMBER.test(label)) return refused("transaction");
  if (!Number.isSafeInteger(maxUsageS) || maxUsageS < 0 || maxUsageS > SECONDS_MAX) return refused("limit");
  if (!ERROR.test(error)) return refused("error");
  const pairs = Object.entries(attributes);
  if (!pairs.every(([name, value]) => NAME.test(name) && VALUE.test(value))) return refused("attribute");
  if (!routes.every((route) => NAME.test(route))) return refused("trunk");
  return message({
    Event: event,
    TransactionIndex: index,
    TransactionLabel: label,
    Attributes: pairs.map(([name, value]) => `${name}:${value}`).join(","),
    ResourceAllocation: "",
    MaxUsage: maxUsageS,
    Routes: routes.join(","),
    Suppliers: routes.join(","),
    Error: error,
  });
}

/** Ends a call. Configurations put both numbers into a command as they are, so they have to be numbers. */
export function sessionDisconnect({ hashEntry, hashId }: KamailioDialog, reason: string): KamailioCommand {
  if (!NUMBER.test(hashEntry) || !NUMBER.test(hashId)) return refused("dialog");
  if (!VALUE.test(reason)) return refused("reason");
  return message({ Event: "CGR_SESSION_DISCONNECT", HashEntry: hashEntry, HashId: hashId, Reason: reason });
}

/** Asks for all dialogs, to compare with open sessions after a connection was lost. */
export const dialogListRequest = (): KamailioCommand => message({ Event: "CGR_DLG_LIST" });

const message = (fields: Readonly<Record<string, string | number>>): KamailioCommand => ({
  kind: "command",
  text: writeNetstring(JSON.stringify(fields)),
});

const refused = (what: string): KamailioCommand => ({ kind: "refused", reason: `the ${what} cannot be written` });
