/**
 * What became of the rows of a file: `rows` is the sum of the others, except `corrected`, which is a part of
 * `duplicate`.
 */
export interface RowCounts {
  readonly rows: number;
  readonly stored: number;
  readonly duplicate: number;
  readonly corrected: number;
  readonly nonBillable: number;
  readonly quarantined: number;
  readonly open: number;
}

export const NO_ROWS: RowCounts = {
  rows: 0,
  stored: 0,
  duplicate: 0,
  corrected: 0,
  nonBillable: 0,
  quarantined: 0,
  open: 0,
};

export const addCounts = (a: RowCounts, b: RowCounts): RowCounts => ({
  rows: a.rows + b.rows,
  stored: a.stored + b.stored,
  duplicate: a.duplicate + b.duplicate,
  corrected: a.corrected + b.corrected,
  nonBillable: a.nonBillable + b.nonBillable,
  quarantined: a.quarantined + b.quarantined,
  open: a.open + b.open,
});
