import type { UsageEvent } from "../usage/usage-event.ts";
import { type AccountRule, checkAccountRule } from "./account-rule.ts";
import { addressKey, parseAddress, parseAddressRange } from "./address-range.ts";

/** What account rules look at; every {@link UsageEvent} has it. */
export type PayerFields = Pick<
  UsageEvent,
  "sourceAddress" | "ingressTrunk" | "accountCode" | "sipUser" | "techPrefix" | "calling"
>;

/** Whose call it is. Only `account` can be charged; the other two are open questions for the operator. */
export type Payer =
  | { readonly kind: "account"; readonly accountId: string; readonly trunkId: string | null; readonly ruleId: string }
  /** No rule takes the call. */
  | { readonly kind: "none" }
  /** Rules of the same precision and priority name different accounts or trunks. */
  | { readonly kind: "ambiguous"; readonly ruleIds: readonly string[] };

export interface PayerResolver {
  /** The account whose call `call` is, as `sourceId` reported it. Under 0.5 µs with some ten kinds of rules. */
  payer(sourceId: string, call: PayerFields): Payer;
}

/**
 * Compiles the rules of one tenant. The most precise rule that holds wins; compared in this order:
 * 1. more conditions;
 * 2. the stronger condition: account code, SIP user, tech prefix, trunk, address, calling prefix;
 * 3. the longer address range, then the longer calling prefix;
 * 4. a rule for one source before a rule for any;
 * 5. the higher priority.
 * Rules still equal that name one account and trunk agree; others make the call ambiguous.
 *
 * Errors: a rule that {@link checkAccountRule} refuses throws its Problem.
 */
export function compileAccountRules(rules: readonly AccountRule[]): PayerResolver {
  const sourceIds = new Set(rules.flatMap((rule) => rule.sourceId ?? []));
  const forAny = compileShapes(rules.filter((rule) => rule.sourceId === null));
  const bySource = new Map(
    [...sourceIds].map((sourceId) => [
      sourceId,
      compileShapes(rules.filter((rule) => rule.sourceId === null || rule.sourceId === sourceId)),
    ]),
  );
  return {
    payer(sourceId, call) {
      const address = { text: call.sourceAddress, words: undefined };
      for (const shape of bySource.get(sourceId) ?? forAny) {
        const key = keyOf(shape, call, address);
        const payer = key === undefined ? undefined : shape.payers.get(key);
        if (payer) return payer;
      }
      return NO_PAYER;
    },
  };
}

const NO_PAYER: Payer = { kind: "none" };

/** Conditions, strongest first; the bit of each is its weight in a comparison. */
const CONDITIONS = {
  accountCode: 32,
  sipUser: 16,
  techPrefix: 8,
  trunk: 4,
  address: 2,
  callingPrefix: 1,
} as const;

/** All rules with the same conditions and prefix lengths: one hash look-up decides between them. */
interface Shape {
  /** Bits of {@link CONDITIONS}. */
  readonly mask: number;
  /** Words of the address (1 for IPv4, 4 for IPv6) and leading bits that count; 0 without an address condition. */
  readonly addressWords: number;
  readonly addressBits: number;
  readonly callingDigits: number;
  readonly bound: boolean;
  readonly payers: Map<Key, Payer>;
}

/** One condition is looked up by its own value, several by their values in one text. */
type Key = string | number;

function compileShapes(rules: readonly AccountRule[]): readonly Shape[] {
  const shapes = new Map<string, { shape: Shape; rules: Map<Key, AccountRule[]> }>();
  for (const rule of rules) {
    const shape = shapeOf(rule);
    const name = JSON.stringify(shape);
    const group = shapes.get(name) ?? { shape, rules: new Map<Key, AccountRule[]>() };
    shapes.set(name, group);
    const key = keyOfRule(rule, shape);
    group.rules.set(key, [...(group.rules.get(key) ?? []), rule]);
  }
  return [...shapes.values()]
    .map(({ shape, rules: byKey }) => ({
      ...shape,
      payers: new Map([...byKey].map(([key, equals]) => [key, payerOf(equals)])),
    }))
    .sort(byPrecision);
}

function shapeOf(rule: AccountRule): Shape {
  const problem = checkAccountRule(rule);
  if (problem) throw problem;
  const range = rule.match.address === undefined ? undefined : parseAddressRange(rule.match.address);
  let mask = 0;
  for (const [name, bit] of Object.entries(CONDITIONS))
    if (rule.match[name as keyof typeof CONDITIONS] !== undefined) mask |= bit;
  return {
    mask,
    addressWords: range?.words.length ?? 0,
    addressBits: range?.length ?? 0,
    callingDigits: rule.match.callingPrefix?.length ?? 0,
    bound: rule.sourceId !== null,
    payers: new Map(),
  };
}

function byPrecision(a: Shape, b: Shape): number {
  return (
    bitCount(b.mask) - bitCount(a.mask) ||
    b.mask - a.mask ||
    b.addressBits - a.addressBits ||
    b.callingDigits - a.callingDigits ||
    Number(b.bound) - Number(a.bound)
  );
}

const bitCount = (mask: number): number => (mask === 0 ? 0 : (mask & 1) + bitCount(mask >>> 1));

/** The outcome for calls that meet exactly these rules, all of one shape and one key. */
function payerOf(equals: readonly AccountRule[]): Payer {
  const priority = Math.max(...equals.map((rule) => rule.priority));
  const best = equals.filter((rule) => rule.priority === priority).sort((a, b) => (a.id < b.id ? -1 : 1));
  const [first] = best as [AccountRule, ...AccountRule[]];
  const agree = best.every((rule) => rule.accountId === first.accountId && rule.trunkId === first.trunkId);
  if (!agree) return { kind: "ambiguous", ruleIds: best.map((rule) => rule.id) };
  return { kind: "account", accountId: first.accountId, trunkId: first.trunkId, ruleId: first.id };
}

/** A call's address, read into words when the first shape asks. */
interface AddressOfCall {
  readonly text: string | null;
  words: readonly number[] | null | undefined;
}

/** The key under which a call would be found among rules of this shape; undefined when it lacks one of the fields. */
function keyOf(shape: Shape, call: PayerFields, address: AddressOfCall): Key | undefined {
  const { mask } = shape;
  let key: Key | undefined;
  for (let bit = 32; bit > 0; bit >>>= 1) {
    if ((mask & bit) === 0) continue;
    const value = conditionOf(bit, shape, call, address);
    if (value === null) return undefined;
    key = key === undefined ? value : `${key}\u0000${value}`;
  }
  return key ?? "";
}

function conditionOf(bit: number, shape: Shape, call: PayerFields, address: AddressOfCall): Key | null {
  switch (bit) {
    case CONDITIONS.accountCode:
      return call.accountCode;
    case CONDITIONS.sipUser:
      return call.sipUser;
    case CONDITIONS.techPrefix:
      return call.techPrefix;
    case CONDITIONS.trunk:
      return call.ingressTrunk;
    case CONDITIONS.address: {
      if (address.text === null) return null;
      if (address.words === undefined) address.words = parseAddress(address.text) ?? null;
      if (address.words?.length !== shape.addressWords) return null;
      return addressKey(address.words, shape.addressBits);
    }
    default: {
      const { calling } = call;
      if (calling.kind !== "e164" || calling.digits.length < shape.callingDigits) return null;
      return calling.digits.slice(0, shape.callingDigits);
    }
  }
}

/** The key of a rule in its shape: that of a call which has just the rule's own values. */
function keyOfRule({ match }: AccountRule, shape: Shape): Key {
  const range = match.address === undefined ? undefined : parseAddressRange(match.address);
  const call = {
    sourceAddress: match.address ?? null,
    ingressTrunk: match.trunk ?? null,
    accountCode: match.accountCode ?? null,
    sipUser: match.sipUser ?? null,
    techPrefix: match.techPrefix ?? null,
    calling: { kind: "e164", digits: match.callingPrefix ?? "" },
  } as PayerFields;
  return keyOf(shape, call, { text: call.sourceAddress, words: range?.words }) as Key;
}
