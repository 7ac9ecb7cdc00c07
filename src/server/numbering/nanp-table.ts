/** What an operator imports about numbers of North America. */
export const NANP_TABLES = ["exchanges", "ported-numbers"] as const;
export type NanpTable = (typeof NANP_TABLES)[number];

/** A table as it was last imported. */
export interface NanpImport {
  readonly kind: NanpTable;
  readonly fileName: string;
  readonly rows: number;
  readonly importedAt: string;
  readonly importedBy: string;
}
