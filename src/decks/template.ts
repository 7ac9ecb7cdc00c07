import { type Static, Type } from "typebox";
import { Value } from "typebox/value";
import { Problem } from "../core/problem.ts";

const Column = Type.Union([
  Type.String({ minLength: 1, maxLength: 200, description: "header text of the column" }),
  Type.Integer({ minimum: 1, maximum: 256, description: "number of the column, from 1" }),
  Type.Null({ description: "ignore such a column even if the deck has one" }),
]);

const optional = Type.Optional;

/** What the columns of a deck can mean. Every entry says where a field stands, by header text or by number. */
const Columns = Type.Object(
  {
    destination: optional(Column),
    origin: optional(Column),
    country: optional(Column),
    code: optional(Column),
    countryCode: optional(Column),
    areaCode: optional(Column),
    rate: optional(Column),
    nextRate: optional(Column),
    interRate: optional(Column),
    intraRate: optional(Column),
    indeterminateRate: optional(Column),
    rateUnit: optional(Column),
    connectFee: optional(Column),
    minimumCost: optional(Column),
    freeSeconds: optional(Column),
    priceFactor: optional(Column),
    surcharge: optional(Column),
    increments: optional(Column),
    firstInterval: optional(Column),
    nextInterval: optional(Column),
    effectiveFrom: optional(Column),
    effectiveTime: optional(Column),
    effectiveTo: optional(Column),
    status: optional(Column),
    blocked: optional(Column),
    currency: optional(Column),
    comment: optional(Column),
  },
  { additionalProperties: false },
);

/** How one carrier writes its decks. Every field is optional: what is left out is detected from the deck. */
export const DeckTemplate = Type.Object(
  {
    sheet: optional(Type.String({ minLength: 1, description: "sheet of a workbook that holds the rates" })),
    headerRow: optional(
      Type.Integer({ minimum: 0, maximum: 1_000, description: "row of the header, from 1; 0: none" }),
    ),
    columns: optional(Columns),
    delimiter: optional(Type.Union([Type.Literal(","), Type.Literal(";"), Type.Literal("\t"), Type.Literal("|")])),
    encoding: optional(
      Type.Union([
        Type.Literal("utf-8"),
        Type.Literal("utf-16le"),
        Type.Literal("utf-16be"),
        Type.Literal("windows-1252"),
      ]),
    ),
    decimal: optional(Type.Union([Type.Literal("."), Type.Literal(",")])),
    dateOrder: optional(Type.Union([Type.Literal("dmy"), Type.Literal("mdy")])),
    timeZone: optional(Type.String({ description: "IANA zone of the deck's dates; UTC unless set" })),
    inCents: optional(Type.Boolean({ description: "prices (not fees) are hundredths of the currency: cents, pence" })),
    ratePer: optional(Type.Union([Type.Literal("minute"), Type.Literal("second"), Type.Literal("increment")])),
    jurisdiction: optional(
      Type.Union([Type.Literal("inter"), Type.Literal("intra"), Type.Literal("indeterminate"), Type.Literal("all")]),
    ),
    origins: optional(
      Type.Record(
        Type.String({ minLength: 1, maxLength: 200 }),
        Type.Union([
          Type.Literal("EEA"),
          Type.Literal("rest"),
          Type.Literal("any"),
          Type.Array(Type.String({ pattern: "^[1-9]\\d{0,14}$" }), { minItems: 1, maxItems: 1_000 }),
        ]),
        { description: 'what a word of the deck for an origin means: "EEA", "rest", "any", or the callers\' prefixes' },
      ),
    ),
    originPrices: optional(
      Type.Record(Type.String({ minLength: 1, maxLength: 200 }), Type.String({ minLength: 1, maxLength: 200 }), {
        description: "origin of the callers that a column of prices is for, by the header of the column",
      }),
    ),
    zeroRate: optional(Type.Union([Type.Literal("free"), Type.Literal("blocked")])),
    blankRate: optional(Type.Union([Type.Literal("reject"), Type.Literal("blocked")])),
    blockedRates: optional(
      Type.Array(Type.String(), { maxItems: 20, description: 'prices that mean "blocked": 99, -1' }),
    ),
    countryCode: optional(
      Type.String({ pattern: "^[1-9]\\d{0,2}$", description: "put before every code of the deck" }),
    ),
    codeSpaces: optional(Type.Union([Type.Literal("list"), Type.Literal("country-first"), Type.Literal("grouping")])),
    stripPrefixes: optional(Type.Array(Type.String({ pattern: "^[0-9*#+]{1,15}$" }), { maxItems: 20 })),
    defaults: optional(
      Type.Object(
        {
          currency: optional(Type.String()),
          increments: optional(Type.String({ description: '"60/60"' })),
          effectiveFrom: optional(Type.String({ description: "ISO date or date and time" })),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);
export type DeckTemplate = Static<typeof DeckTemplate>;

/** A field that a deck's column can hold. */
export type DeckField = keyof Static<typeof Columns>;

/** Stored or typed JSON to a template. Errors: `deck-template-invalid`, naming the field. */
export function parseDeckTemplate(value: unknown): DeckTemplate {
  if (Value.Check(DeckTemplate, value)) return value;
  const [error] = Value.Errors(DeckTemplate, value);
  throw deckTemplateInvalid(error === undefined ? "it is not an object" : `${error.instancePath} ${error.message}`);
}

export const deckTemplateInvalid = (why: string) =>
  new Problem("deck-template-invalid", {
    what: `The deck template cannot be used: ${why}.`,
    fix: "Correct that field; docs/guides/rate-decks.md lists all of them. A field that is left out is detected.",
  });
