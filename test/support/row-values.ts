interface Owner {
  readonly number: number;
}

/** Columns whose checks do not allow what would be made up by their types; a function is told whose row it is. */
export const ROW_VALUES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  account_rules: { account_code: ({ number }: Owner) => `code-${number}` },
  address_lists: { addresses: ["0.0.0.0/0"] },
  alarms: { kind: "silence" },
  events: { kind: "account-changed", data: JSON.stringify({ name: "somebody", by: "somebody" }) },
  exchange_rates: { base: "EUR", quote: "USD" },
  idempotent_requests: { fingerprint: "0".repeat(64), status: 200 },
  invoice_logos: { sha256: "logo" },
  invoices: { period_end_date: "2026-04-01" },
  log_in_settings: { session_idle_s: 600, session_s: 3_600 },
  mails: { recipient: "ada@example.com", body: "Hello" },
  nanp_exchanges: { npa_nxx: "212555", state: "NY" },
  nanp_ported_numbers: { number: "12125550100", routing_number: "12125550199" },
  person_keys: { person: ({ number }: Owner) => `account:${number}`, erased_at: "2026-03-01T00:00:00Z" },
  roles: { permissions: ["accounts:read"] },
  sessions: { levels: "[]" },
  switch_totals: { until_at: "2026-03-03T00:00:00Z", calls: 1, trunk: "" },
  user_passwords: { hash: "$argon2id$v=19$x" },
  user_second_factors: { kind: "totp", secret: Buffer.alloc(32), key_id: "key" },
  users: { email: ({ number }: Owner) => `user-${number}@example.com`, language: "en" },
  webhooks: { kinds: ["account-changed"] },
};
