/** What every row of a batch has in common. */
export interface BatchOrigin {
  readonly tenantId: string;
  readonly sourceId: string;
  readonly batchId: bigint;
}
