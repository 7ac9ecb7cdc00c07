import { type TSchema, Type } from "typebox";
import { cursorInvalid } from "./problems.ts";
import { closed } from "./schemas.ts";

const LIMIT_MAX = 500;
const LIMIT_DEFAULT = 50;
const CURSOR_CHARS_MAX = 1_024;

/** What the query of every list has. Spread it: `Type.Object({ ...PageQuery, kind: … }, closed)`. */
export const PageQuery = {
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: LIMIT_MAX, default: LIMIT_DEFAULT, description: "rows of one answer" }),
  ),
  after: Type.Optional(
    Type.String({ minLength: 1, maxLength: CURSOR_CHARS_MAX, description: "nextCursor of the answer before" }),
  ),
};

export interface PageRequest {
  readonly limit?: number;
  readonly after?: string;
}

/** A page of a list. */
export interface Page<Item> {
  readonly items: Item[];
  readonly hasMore: boolean;
  /** What to send as `after` for the next page; null: this is the last. */
  readonly nextCursor: string | null;
}

/** The schema of a page of `item`. */
export const listOf = <Item extends TSchema>(item: Item) =>
  Type.Object(
    {
      items: Type.Array(item, { maxItems: LIMIT_MAX }),
      hasMore: Type.Boolean(),
      nextCursor: Type.Union([Type.String({ maxLength: CURSOR_CHARS_MAX }), Type.Null()]),
    },
    closed,
  );

type Key = readonly (string | number | null)[];

/** How many rows to read: one more than are shown, which says whether more follow. */
export const rowsOf = ({ limit = LIMIT_DEFAULT }: PageRequest): number => limit + 1;

/**
 * The key of the last row of the page before, as {@link pageOf} wrote it; null: the list begins. `order` names the list
 * and what it is sorted by, `width` how many values its key has. Errors: Problem `cursor-invalid`.
 */
export function keyAfter({ after }: PageRequest, order: string, width: number): readonly string[] | null {
  if (after === undefined) return null;
  const [found, ...key] = parsed(after);
  if (found !== order || key.length !== width || !key.every((value) => typeof value === "string"))
    throw cursorInvalid();
  return key;
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** The same where the key is one id. Errors: Problem `cursor-invalid`. */
export function idAfter(request: PageRequest, order: string): string | undefined {
  const [id] = keyAfter(request, order, 1) ?? [];
  if (id !== undefined && !UUID.test(id)) throw cursorInvalid();
  return id;
}

/** A page of rows that were read by {@link rowsOf}; `keyOf` gives what the list is sorted by, unique at its end. */
export function pageOf<Row, Item>(
  request: PageRequest,
  rows: readonly Row[],
  { order, keyOf, shown }: { readonly order: string; keyOf(row: Row): Key; shown(row: Row): Item },
): Page<Item> {
  const { limit = LIMIT_DEFAULT } = request;
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const hasMore = rows.length > limit && last !== undefined;
  return { items: page.map(shown), hasMore, nextCursor: hasMore ? cursor([order, ...keyOf(last).map(String)]) : null };
}

const cursor = (values: readonly string[]): string => Buffer.from(JSON.stringify(values)).toString("base64url");

function parsed(after: string): readonly unknown[] {
  try {
    const values: unknown = JSON.parse(Buffer.from(after, "base64url").toString());
    return Array.isArray(values) ? values : [];
  } catch {
    throw cursorInvalid();
  }
}
