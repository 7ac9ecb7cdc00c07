import { type Static, Type } from "typebox";
import { parseAddressRange } from "../../core/tenancy/address-range.ts";

/** An object that knows only these fields. */
export const closed = { additionalProperties: false } as const;

/** Where a secret stands; it is read when it is needed, and kept nowhere else. */
export const SecretFrom = Type.Object(
  {
    env: Type.Optional(Type.String({ pattern: "^TOLLWRIGHT_SECRET_[A-Z0-9_]{1,64}$" })),
    file: Type.Optional(Type.String({ pattern: "^/", maxLength: 1_000 })),
  },
  { ...closed, minProperties: 1, maxProperties: 1 },
);
export type SecretFrom = Static<typeof SecretFrom>;

/** When a pull runs: every so many seconds, or at the times of a cron pattern in a zone. */
export const Schedule = Type.Object(
  {
    everyS: Type.Optional(Type.Integer({ minimum: 1, maximum: 604_800 })),
    cron: Type.Optional(Type.String({ minLength: 9, maxLength: 100 })),
    timeZone: Type.Optional(Type.String({ maxLength: 64 })),
  },
  { ...closed, default: { everyS: 300 } },
);
export type Schedule = Static<typeof Schedule>;

/** What every kind of pull has. */
export const pullFields = {
  /** Unique among the pulls of its source: what the pull has fetched is remembered under it. */
  name: Type.String({ pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$" }),
  enabled: Type.Boolean({ default: true }),
  schedule: Schedule,
} as const;

/** A host name or address. */
export const Host = Type.String({ pattern: "^[0-9A-Za-z._:-]{1,253}$" });
export const Port = (port: number) => Type.Integer({ minimum: 1, maximum: 65_535, default: port });
export const User = Type.String({ minLength: 1, maxLength: 200, pattern: "^[^\\r\\n\\0]*$" });
/** Seconds without a byte after which a server counts as dead. */
export const TimeoutS = Type.Integer({ minimum: 1, maximum: 600, default: 30 });

/** Where a source's switch connects from, at least one. */
export const From = Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
  ...{ minItems: 1, maxItems: 100 },
  description: "addresses, or ranges of them, that the source's connections come from",
});

/** Which of the addresses under "/<protocol>/from" are none. */
export const fromFaults = (protocol: string, from: readonly string[]): readonly string[] =>
  from.flatMap((text, index) =>
    parseAddressRange(text) === undefined ? [`/${protocol}/from/${index} "${text}" is no IP address or range`] : [],
  );
