/** What every row of a batch has in common. */
export interface BatchOrigin {
  readonly tenantId: string;
  readonly sourceId: string;
  readonly batchId: bigint;
}

/** Which batch a call is of, by its identity; transactions of charging store calls of several at a time. */
export type OriginOf = (usageId: string) => BatchOrigin;
