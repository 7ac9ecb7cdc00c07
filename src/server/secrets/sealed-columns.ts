/** Where secrets stand in the database. */
export interface SealedColumn {
  readonly table: string;
  /** The columns that name a row. */
  readonly key: readonly string[];
  /** The column with what is sealed; which key it is under stands in `key_id`. */
  readonly sealed: string;
  /** For messages: "password of a SIP user". */
  readonly what: string;
  /** Columns that `boundTo` needs beside the key. */
  readonly owner: readonly string[];
  /** Whose secret it is, as the room that sealed it says. */
  boundTo(row: Readonly<Record<string, string>>): readonly string[];
}

/** The values of a row's columns. */
const valuesOf = (row: Readonly<Record<string, string>>, ...names: readonly string[]) =>
  names.map((name) => row[name] ?? "");

/**
 * All of them, for whoever gives them another key. A test compares the list with the columns `key_id` of the schema,
 * and opens what it re-sealed by the rooms' own doors.
 */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  {
    ...{ table: "sip_users", key: ["id"], sealed: "secret", what: "password of a SIP user" },
    owner: ["tenant_id", "name", "realm", "secret_kind"],
    boundTo: (row) => ["sip-user", ...valuesOf(row, "tenant_id", "name", "realm", "secret_kind")],
  },
  {
    ...{ table: "user_second_factors", key: ["id"], sealed: "secret", what: "secret of a second factor" },
    owner: ["tenant_id", "user_id"],
    boundTo: (row) => ["second factor", ...valuesOf(row, "tenant_id", "user_id", "id")],
  },
  {
    ...{ table: "webhook_secrets", key: ["id"], sealed: "sealed", what: "secret of a webhook" },
    owner: ["tenant_id", "webhook_id"],
    boundTo: (row) => ["webhook", ...valuesOf(row, "tenant_id", "webhook_id", "id")],
  },
  {
    ...{ table: "person_keys", key: ["tenant_id", "person"], sealed: "private_key", what: "key of a person" },
    owner: [],
    boundTo: ({ tenant_id = "", person = "" }) => personKeyOwner(tenant_id, person),
  },
];

/** Whose secret a person's private key is. */
export const personKeyOwner = (tenantId: string, person: string): readonly string[] => ["person key", tenantId, person];
