import { Type } from "typebox";
import { type ApiRoute, apiRoute } from "../api/api-route.ts";
import { closed, text } from "../api/schemas.ts";
import type { Database } from "../db/database.ts";
import { applySetup } from "./apply-setup.ts";
import { readSetup } from "./read-setup.ts";
import { requireOwnSetup } from "./require-own-setup.ts";

const TEXT_CHARS_MAX = 8_000_000;
const Change = Type.Object(
  {
    kind: text(40),
    name: text(400),
    change: Type.Enum(["created", "changed", "removed", "unchanged"]),
    fields: Type.Array(text(100), { maxItems: 1_000, description: "of a changed thing: what differs" }),
  },
  closed,
);

/** What `tollwright apply` does: accounts, trunks, rules, tariffs, packages, sources, exchange rates and retention. */
export const setupRoutes = (db: Database): readonly ApiRoute[] => [
  apiRoute({
    ...{ method: "POST", url: "/v1/setup", operation: "applySetup", tag: "Setup", summary: "Apply a setup document" },
    about:
      "The document of docs/reference/setup-file.md as text, of this tenant; everything in one transaction. Applied " +
      "again it changes nothing. Secrets that stand in files or variables of the server are not read from here.",
    admits: "settings:write",
    isOperatorOnly: true,
    bodyBytesMax: 2 * TEXT_CHARS_MAX,
    body: Type.Object(
      {
        document: Type.String({ minLength: 2, maxLength: TEXT_CHARS_MAX, description: "JSON, as text" }),
        dryRun: Type.Optional(Type.Boolean({ description: "only says what would change" })),
      },
      closed,
    ),
    answer: Type.Object({ changes: Type.Array(Change, { maxItems: 1_000_000 }) }, closed),
    problems: ["setup-not-json", "setup-invalid", "account-fixed", "setup-of-other"],
    async handle({ actor, body }) {
      const setup = readSetup(body.document);
      await requireOwnSetup(db, actor, setup);
      const { changes } = await applySetup(db, setup, { dryRun: body.dryRun ?? false, actor });
      return { changes: changes.map((change) => ({ ...change, fields: [...change.fields] })) };
    },
  }),
];
