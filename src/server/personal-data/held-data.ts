/** Who may ask what is held of them, and that it be erased. */
export type PersonKind = "user" | "account";

/** What becomes of rows when the person is erased. */
export type Fate =
  | { readonly fate: "deleted" }
  /** What is personal in them is replaced, by this clause of an update. */
  | { readonly fate: "blanked"; readonly set: string }
  | { readonly fate: "kept"; readonly why: string };

/** Rows of a table that are about a person. */
export interface HeldTable {
  readonly table: string;
  readonly of: PersonKind;
  /**
   * The condition under which a row is the person's: $1 is the tenant, $2 the person's id, $3 an e-mail address or
   * null.
   */
  readonly where: string;
  /** Columns that an export leaves out: secrets, and what proves one. */
  readonly secret?: readonly string[];
  readonly fate: Fate;
}

const DELETED: Fate = { fate: "deleted" };
const blanked = (set: string): Fate => ({ fate: "blanked", set });
const kept = (why: string): Fate => ({ fate: "kept", why });

const MONEY = "the books: tax and commercial law demand them, and they name nobody";
const CALLS = "calls prove what was billed; the tenant's retention policy deletes them";
const TERMS = "terms that calls are priced by; they name nobody";

const ofUser = (table: string, fate: Fate, secret: readonly string[] = []): HeldTable => {
  return { table, of: "user", where: "tenant_id = $1 and user_id = $2", secret, fate };
};
const ofAccount = (table: string, fate: Fate, secret: readonly string[] = []): HeldTable => {
  return { table, of: "account", where: "tenant_id = $1 and account_id = $2", secret, fate };
};

/**
 * Everything that is held of somebody, in the order in which it is deleted. A test compares it with the schema: a table
 * that names users or accounts is here or in {@link NOT_PERSONAL}. docs/reference/personal-data.md says it in words.
 */
export const HELD: readonly HeldTable[] = [
  {
    ...{ table: "users", of: "user", where: "tenant_id = $1 and id = $2" },
    fate: blanked(
      `email = 'erased-' || id || '@erased.invalid', name = 'Erased', state = 'disabled', last_log_in_at = null`,
    ),
  },
  ofUser("user_passwords", DELETED, ["hash"]),
  ofUser("user_recovery_codes", DELETED, ["hash"]),
  ofUser("user_authenticators", DELETED, ["public_key"]),
  ofUser("webauthn_challenges", DELETED, ["challenge"]),
  ofUser("user_second_factors", DELETED, ["secret"]),
  ofUser("user_sessions", DELETED, ["hash"]),
  ofUser("user_tokens", DELETED, ["hash"]),
  ofUser("known_devices", DELETED, ["hash"]),
  ofUser("address_lists", DELETED),
  ofUser("impersonations", kept("who acted in whose name is evidence of security")),
  {
    ...{ table: "mails", of: "user", secret: ["body"], fate: DELETED },
    where: "tenant_id = $1 and $2::uuid is not null and recipient = $3",
  },
  {
    ...{ table: "accounts", of: "account", where: "tenant_id = $1 and id = $2" },
    fate: blanked("name = 'Erased', letterhead = '{}', brand = '{}'"),
  },
  ofAccount("sip_users", DELETED, ["secret"]),
  ofAccount("mails", DELETED, ["body"]),
  { ...ofAccount("address_lists", DELETED), where: "tenant_id = $1 and account_id = $2 and user_id is null" },
  ofAccount("api_keys", kept("keys of programs; revoke them"), ["hash"]),
  ofAccount("webhooks", kept("addresses of programs; delete them")),
  ofAccount("account_rules", kept(TERMS)),
  ofAccount("account_tariffs", kept(TERMS)),
  ofAccount("account_packages", kept(TERMS)),
  ofAccount("trunks", kept(TERMS)),
  {
    ...ofAccount("events", blanked(`data = data || '{"name": "Erased"}'`)),
    where: "tenant_id = $1 and account_id = $2 and data ? 'name'",
  },
  ofAccount("sessions", kept(CALLS)),
  ofAccount("session_cuts", kept(CALLS)),
  ofAccount("usage_events", kept(CALLS)),
  ofAccount("charges", kept(CALLS)),
  ofAccount("invoices", kept("tax law demands invoices as they were issued, name and address included")),
  ofAccount("invoice_payments", kept(MONEY)),
  ofAccount("commission_entries", kept(MONEY)),
  ofAccount("balances", kept(MONEY)),
  ofAccount("postings", kept(MONEY)),
];

/** Tables that name users or accounts, and hold nothing of a person. */
export const NOT_PERSONAL: Readonly<Record<string, string>> = {
  account_holds: "what is held of balances now",
  archived_sums: "sums of archived months",
  audit_entries: "exported apart, opened; what is personal in it goes with the person's key",
  billing_positions: "how far bills have come",
  operations: "long work of the API, deleted by itself",
  rerate_totals: "sums of re-ratings",
  roles: "permissions of roles",
  spend_postings: "positions of minimum spend",
  tariffs: "prices",
  users: "people of their own: each is asked for by name",
  user_passwords: "of the user",
  user_recovery_codes: "of the user",
  user_authenticators: "of the user",
  user_second_factors: "of the user",
  user_sessions: "of the user",
  user_tokens: "of the user",
  known_devices: "of the user",
  webauthn_challenges: "of the user",
  impersonations: "of the user",
};
