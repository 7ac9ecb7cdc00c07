/**
 * Every problem code there is, with its HTTP status. A code is part of the API: never renamed, never reused.
 * Each has its own section in docs/reference/problems.md; the tidy test compares the two lists.
 */
export const PROBLEMS = {
  "config-invalid": 500,
  "command-line-invalid": 400,
  interrupted: 503,
  "journal-is-reversal": 409,
  "invoice-not-printable": 422,
  "journal-key-reused": 409,
  "account-not-prepaid": 409,
  "tenant-unknown": 404,
  "tenant-not-named": 400,
  "account-unknown": 404,
  "account-fixed": 409,
  "setup-not-json": 422,
  "setup-invalid": 422,
  "source-settings-invalid": 422,
  "source-unknown": 404,
  "source-not-named": 400,
  "folder-empty": 422,
  "format-unknown": 422,
  "file-unreadable": 422,
  "file-empty": 422,
  "file-changed": 409,
  "file-not-moved": 507,
  "import-busy": 409,
  "quarantined-unknown": 404,
  "push-unauthorised": 401,
  "push-empty": 400,
  "push-not-text": 422,
  "push-not-kept": 422,
  "push-overloaded": 503,
  "request-invalid": 400,
  "request-too-large": 413,
  "request-timed-out": 408,
  "request-encoding-unknown": 415,
  "route-unknown": 404,
  "http-not-listening": 503,
  "tariff-unknown": 404,
  "tariff-exists": 409,
  "tariff-unpublished": 409,
  "tariff-version-unknown": 404,
  "database-start-failed": 503,
  "database-dir-incompatible": 503,
  "database-unreachable": 503,
  "database-too-old": 503,
  "database-roles-missing": 503,
  "database-not-migrated": 503,
  "database-failed": 503,
  "migration-edited": 503,
  "migration-unknown": 503,
  "migration-order": 503,
  "migration-locked": 503,
  "migration-failed": 503,
  "backup-exists": 409,
  "backup-not-written": 507,
  "backup-unreadable": 422,
  "backup-newer": 409,
  "restore-target-not-empty": 409,
  "deck-empty": 422,
  "deck-too-large": 413,
  "deck-format-unknown": 415,
  "deck-not-text": 422,
  "deck-workbook-broken": 422,
  "deck-sheet-missing": 422,
  "deck-columns-missing": 422,
  "deck-columns-ambiguous": 422,
  "deck-origin-priced": 422,
  "deck-origin-unknown": 422,
  "deck-sheet-ambiguous": 422,
  "deck-codes-ambiguous": 422,
  "deck-cents-ambiguous": 422,
  "deck-unit-ambiguous": 422,
  "deck-decimal-ambiguous": 422,
  "deck-date-order-ambiguous": 422,
  "deck-template-invalid": 422,
  "deck-template-unknown": 404,
  "deck-without-rates": 422,
  "deck-unknown": 404,
  "deck-not-draft": 409,
  "deck-preview-stale": 409,
  "deck-findings-block": 409,
  "cost-tariff-currency": 422,
  "account-rule-invalid": 422,
  "trunk-name-taken": 409,
  "account-chain-broken": 409,
  "number-rules-invalid": 422,
  "number-table-invalid": 422,
  "number-unreadable": 422,
  "mapping-invalid": 422,
  "file-not-text": 415,
  "file-not-export": 415,
  "file-other-format": 415,
  "packed-file-too-large": 413,
  "letterhead-invalid": 422,
  "period-invalid": 422,
  "period-not-over": 409,
  "invoice-unknown": 404,
  "search-invalid": 400,
  "search-unknown": 404,
  "call-unknown": 404,
  "demo-step-failed": 500,
  "demo-database-named": 409,
  "pull-unknown": 404,
  "pull-secret-missing": 422,
  "pull-folder-unreadable": 502,
  "pull-folder-too-large": 422,
  "pulled-file-too-large": 413,
  "pulled-file-refused": 502,
  "server-unreachable": 502,
  "server-not-trusted": 502,
  "server-certificate-refused": 502,
  "server-login-refused": 502,
  "transfer-cut": 502,
  "spool-not-written": 507,
  "export-not-written": 507,
  "output-not-written": 507,
  "syslog-not-listening": 503,
  "syslog-tls-unreadable": 503,
  "server-clock-differs": 502,
  "sql-url-invalid": 422,
  "sql-unreachable": 503,
  "sql-refused": 502,
  "sql-table-missing": 422,
  "sql-columns-missing": 422,
  "sql-cursor-invalid": 422,
  "sql-edge-too-full": 422,
  "sql-overtaken": 409,
  "rerating-unknown": 404,
  "rerating-ended": 409,
  "rerating-suggestion-unknown": 404,
  "month-invalid": 422,
  "archive-unavailable": 501,
  "archive-busy": 409,
  "archive-unknown": 404,
  "archive-damaged": 500,
  "archive-not-written": 507,
  "retention-unset": 409,
  "calls-deleted": 410,
  "alarm-unknown": 404,
  "totals-invalid": 422,
  "file-name-unknown": 404,
  "file-not-that-one": 422,
} as const satisfies Record<string, number>;

export type ProblemCode = keyof typeof PROBLEMS;

/** What happened and how to mend it, in the user's words: where, what clashes with what, what to do. */
export interface ProblemText {
  readonly what: string;
  readonly fix: string;
}

/**
 * An expected failure that travels to the edge (CLI message and exit status 2, RFC 9457 over HTTP).
 * Made only by named factory functions that stand beside the code that meets the failure.
 */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly code: ProblemCode;
  readonly status: number;
  readonly what: string;
  readonly fix: string;

  constructor(code: ProblemCode, { what, fix }: ProblemText, options?: { readonly cause?: unknown }) {
    super(`${what} ${fix}`, options);
    this.code = code;
    this.status = PROBLEMS[code];
    this.what = what;
    this.fix = fix;
  }
}
