/** A row as JSON has it. */
export type Row = Readonly<Record<string, unknown>>;

/** All rows of all tables, whoever's they are. */
export type Rows = ReadonlyMap<string, readonly Row[]>;

/**
 * What a table's row is to an account: one of its columns names the account; or other rows decide; or it is the
 * operator's alone.
 */
export type Tie =
  | { readonly kind: "column"; readonly column: string }
  | {
      readonly kind: "through";
      readonly table: string;
      readonly accountsOf: (row: Row, rows: Rows) => readonly unknown[];
    }
  | { readonly kind: "operator" };

const column = (name: string): Tie => ({ kind: "column", column: name });
const own = column("account_id");
const operator: Tie = { kind: "operator" };

/** Accounts of a row of another table, by that table's own tie. */
const through = (table: string, pairs: Readonly<Record<string, string>>): Tie => ({
  kind: "through",
  table,
  accountsOf: (row, rows) =>
    (rows.get(table) ?? [])
      .filter((other) => Object.entries(pairs).every(([ofRow, ofOther]) => row[ofRow] === other[ofOther]))
      .flatMap((other) => accountsOf(table, other, rows)),
});

/** Everybody of the tenant sees it. */
const ofTenant = through("accounts", { tenant_id: "tenant_id" });

/** Below the operator, the rows of these kinds alone have an account. */
const ofKinds = (tie: Extract<Tie, { kind: "through" }>, isShown: (row: Row) => boolean): Tie => ({
  ...tie,
  accountsOf: (row, rows) => (isShown(row) ? tie.accountsOf(row, rows) : []),
});

/** The accounts that a row is of. */
export function accountsOf(table: string, row: Row, rows: Rows): readonly unknown[] {
  const tie = TIES[table];
  if (tie === undefined || tie.kind === "operator") return [];
  return tie.kind === "column" ? [row[tie.column]] : tie.accountsOf(row, rows);
}

/** Every table of the schema. A new one is written here and in docs/reference/isolation.md before the walk passes. */
export const TIES: Readonly<Record<string, Tie>> = {
  account_holds: own,
  account_packages: own,
  account_rules: own,
  account_tariffs: own,
  accounts: column("id"),
  accrual_positions: operator,
  address_lists: own,
  alarms: operator,
  allowance_holds: operator,
  api_keys: own,
  archive_files: operator,
  archived_hours: operator,
  archived_sums: own,
  archives: ofTenant,
  audit_entries: own,
  audit_seals: operator,
  balances: own,
  batches: operator,
  billing_positions: operator,
  books: operator,
  call_parts: operator,
  changed_settings: operator,
  charges: own,
  charging_dead_letters: operator,
  charging_journals: operator,
  commission_bases: operator,
  commission_entries: own,
  commission_invoices: operator,
  deck_rejects: operator,
  deck_rows: operator,
  deck_templates: operator,
  decks: operator,
  event_objects: operator,
  events: own,
  exchange_rates: ofTenant,
  file_arrivals: operator,
  idempotent_requests: operator,
  impersonations: own,
  invoice_lines: through("invoices", { book_id: "book_id", invoice_id: "id" }),
  invoice_logos: through("invoices", { tenant_id: "tenant_id", sha256: "logo_sha256" }),
  invoice_payments: own,
  invoice_series: operator,
  invoices: own,
  journals: ofKinds(
    through("postings", { book_id: "book_id", number: "journal_number" }) as Extract<Tie, { kind: "through" }>,
    ({ kind }) => kind !== "usage" && kind !== "vendor-cost",
  ),
  known_devices: own,
  log_in_failures: operator,
  log_in_settings: operator,
  mails: own,
  nanp_exchanges: operator,
  nanp_imports: operator,
  nanp_ported_numbers: operator,
  operations: own,
  package_versions: through("account_packages", { package_id: "package_id" }),
  packages: through("account_packages", { id: "package_id" }),
  person_keys: operator,
  pool_months: operator,
  postings: own,
  pulled_files: operator,
  pulled_rows: operator,
  pulls: operator,
  push_tokens: operator,
  quarantine: operator,
  rates: through("account_tariffs", { tariff_id: "tariff_id" }),
  record_numbers: operator,
  rerate_kept: operator,
  rerate_runs: operator,
  rerate_totals: operator,
  retention_policies: operator,
  roles: own,
  row_hours: operator,
  saved_searches: operator,
  session_cuts: operator,
  sessions: own,
  setting_changes: operator,
  sip_users: own,
  source_files: operator,
  source_signs: operator,
  sources: operator,
  spend_postings: own,
  switch_totals: operator,
  syslog_streams: operator,
  tariff_epochs: operator,
  tariff_versions: through("account_tariffs", { tariff_id: "tariff_id" }),
  tariffs: through("account_tariffs", { id: "tariff_id" }),
  tenants: through("accounts", { id: "tenant_id" }),
  trunks: own,
  usage_events: own,
  usage_history: operator,
  usage_identities: operator,
  user_authenticators: own,
  user_passwords: own,
  user_recovery_codes: own,
  user_second_factors: own,
  user_sessions: own,
  user_tokens: own,
  users: own,
  vendor_accruals: operator,
  webauthn_challenges: own,
  webhook_deliveries: through("webhooks", { webhook_id: "id" }),
  webhook_secrets: through("webhooks", { webhook_id: "id" }),
  webhook_tries: through("webhook_deliveries", { delivery_id: "id" }),
  webhooks: own,
};
