import { hash } from "node:crypto";
import { type Static, Type } from "typebox";
import { type NumberPattern, parseNumberPattern } from "../../core/invoicing/invoice-number.ts";
import { INVOICE_ROUNDING_DEFAULT, type InvoiceRounding } from "../../core/invoicing/round-lines.ts";
import { ROUNDING_MODES } from "../../core/money/rounding.ts";
import type { InvoiceLogo, LabelledText, PrintedParty } from "./invoice-document.ts";
import { invoiceWording } from "./invoice-wording.ts";
import { isLocale } from "./locale-format.ts";
import { ACCENT_COLOR_DEFAULT, type Letterhead as PrintedLetterhead } from "./print-invoice.ts";
import { letterheadInvalid } from "./problems.ts";

const closed = { additionalProperties: false } as const;
const optional = Type.Optional;
const text = (description: string) => Type.String({ minLength: 1, maxLength: 200, description });
const lines = Type.Array(Type.String({ maxLength: 200 }), { maxItems: 20, description: "a list of at most 20 lines" });

const BillingSettings = Type.Object(
  {
    termDays: optional(
      Type.Integer({ minimum: 0, maximum: 365, description: "days from invoice to due date, 0 to 365" }),
    ),
    roundingPer: optional(Type.Enum(["total", "line"], { description: "one of total, line" })),
    roundingMode: optional(Type.Enum([...ROUNDING_MODES], { description: `one of ${ROUNDING_MODES.join(", ")}` })),
    carryRounding: optional(Type.Boolean({ description: "whether the next invoice starts from the rounding so far" })),
    collectOverrun: optional(Type.Boolean({ description: "whether prepaid statements collect overrun" })),
    numbers: optional(text('a number pattern such as "INV-{year}-{number:5}"')),
  },
  { ...closed, description: "how accounts are billed" },
);

/**
 * Who somebody is on paper and how invoices are made, of a tenant or an account; what an account does not say, its
 * tenant says for it. Stored as JSON and validated where a setup file is applied. Source: docs/guides/billing.md.
 */
export const LetterheadSetup = Type.Object(
  {
    lines: optional(lines),
    taxId: optional(text("a tax number")),
    email: optional(text("an e-mail address")),
    paymentDetails: optional(lines),
    notes: optional(lines),
    logoSvg: optional(Type.String({ maxLength: 200_000, description: "the text of an SVG file" })),
    accentColor: optional(Type.String({ pattern: "^#[0-9a-fA-F]{6}$", description: "a colour such as #0f4c5c" })),
    paper: optional(Type.Enum(["a4", "us-letter"], { description: "one of a4, us-letter" })),
    locale: optional(text('a language tag such as "de" or "en-GB"')),
    billing: optional(BillingSettings),
  },
  { ...closed, description: "a letterhead" },
);
export type Letterhead = Static<typeof LetterheadSetup>;

/**
 * What the customers of a reseller or agent see of it: a letterhead under which it sells, and where it is at home. What
 * it does not say of name, address, tax number and mail address, its own letterhead says.
 */
export const BrandSetup = Type.Object(
  {
    ...LetterheadSetup.properties,
    name: optional(text("the name under which it sells")),
    domain: optional(
      Type.String({
        pattern: "^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$",
        description: "a host name in small letters such as portal.example.com",
      }),
    ),
    mailFrom: optional(text("the mail address that it sends from")),
  },
  { ...closed, description: "a brand" },
);
export type Brand = Static<typeof BrandSetup>;

const LOCALE_DEFAULT = "en";
const TERM_DAYS_DEFAULT = 14;
const NUMBERS_DEFAULT = "INV-{year}-{number:5}";

/** How one account is billed, with every default filled in. */
export interface InvoiceSettings {
  readonly printed: PrintedLetterhead;
  readonly buyer: PrintedParty;
  readonly numbers: NumberPattern;
  readonly termDays: number;
  readonly rounding: InvoiceRounding;
  readonly carryRounding: boolean;
  readonly collectOverrun: boolean;
}

/** A name with its letterhead: a tenant or an account. */
export interface Party {
  readonly name: string;
  readonly letterhead: Letterhead;
}

/** A logo under the name it is kept by, once for all the invoices that show it. */
export interface StoredLogo extends InvoiceLogo {
  readonly sha256: string;
}

/** The logo of a letterhead, or null for the default mark. */
export function logoOf({ logoSvg }: Letterhead): StoredLogo | null {
  if (logoSvg === undefined) return null;
  return { format: "svg", base64: Buffer.from(logoSvg).toString("base64"), sha256: hash("sha256", logoSvg, "hex") };
}

/**
 * What the letterheads of the operator and of the account say together.
 *
 * @throws Problem `letterhead-invalid` for an unknown locale or a number pattern that cannot count.
 */
export function invoiceSettings(seller: Party, buyer: Party): InvoiceSettings {
  const [own, theirs] = [seller.letterhead, buyer.letterhead];
  const locale = theirs.locale ?? own.locale ?? LOCALE_DEFAULT;
  if (!isLocale(locale))
    throw letterheadInvalid({ field: "locale", value: locale, wanted: 'a language tag such as "de" or "en-GB"' });
  const billing = { ...own.billing, ...theirs.billing };
  const pattern = billing.numbers ?? NUMBERS_DEFAULT;
  const numbers = parseNumberPattern(pattern);
  if (numbers === undefined)
    throw letterheadInvalid({
      field: "billing.numbers",
      value: pattern,
      wanted: `a pattern such as ${NUMBERS_DEFAULT}`,
    });
  return {
    printed: {
      locale,
      paper: theirs.paper ?? own.paper ?? "a4",
      accentColor: own.accentColor ?? ACCENT_COLOR_DEFAULT,
      logo: null, // kept beside the document: see StoredLogo
      seller: printedParty(seller, locale),
      payment: (own.paymentDetails ?? []).map(labelled),
      notes: own.notes ?? [],
    },
    buyer: printedParty(buyer, locale),
    numbers,
    termDays: billing.termDays ?? TERM_DAYS_DEFAULT,
    rounding: {
      per: billing.roundingPer ?? INVOICE_ROUNDING_DEFAULT.per,
      mode: billing.roundingMode ?? INVOICE_ROUNDING_DEFAULT.mode,
    },
    carryRounding: billing.carryRounding ?? false,
    collectOverrun: billing.collectOverrun ?? false,
  };
}

/**
 * An effect in use, such as a shadow, or a second SVG inside. The typesetter draws effects as pixels, as many as they
 * ask for: one in the wrong unit takes all the memory there is, and the process with it. Its other limits hold.
 */
const SVG_FILTER = /\bfilter\s*[=:]\s*["']?\s*(?!none\b)\w+|data:image\/svg/i;

/**
 * Refuses what {@link LetterheadSetup} cannot see, before it is stored and every bill run parks the account for it.
 *
 * @throws Problem `letterhead-invalid`.
 */
export function requireUsable(letterhead: Letterhead): void {
  const [filter] = SVG_FILTER.exec(letterhead.logoSvg ?? "") ?? [];
  if (filter !== undefined)
    throw letterheadInvalid({ field: "logoSvg", value: `… ${filter} …`, wanted: "an SVG without filter effects" });
  invoiceSettings({ name: "", letterhead: {} }, { name: "", letterhead });
}

function printedParty({ name, letterhead }: Party, locale: string): PrintedParty {
  const { wording } = invoiceWording(locale);
  return {
    name,
    lines: linesBelow(name, letterhead.lines ?? []),
    facts: [
      ...(letterhead.taxId === undefined ? [] : [{ label: wording.taxId, value: letterhead.taxId }]),
      ...(letterhead.email === undefined ? [] : [{ label: wording.email, value: letterhead.email }]),
    ],
  };
}

/** An address that is pasted whole begins with the name, which stands above it already. */
const linesBelow = (name: string, lines: readonly string[]): readonly string[] =>
  lines[0]?.trim() === name.trim() ? lines.slice(1) : lines;

/** "IBAN: AT00 …" is a label and its value; a line without a colon has no label. */
function labelled(line: string): LabelledText {
  const [, label = "", value = line] = /^([^:]{1,40}): +(.+)$/.exec(line) ?? [];
  return { label, value };
}
