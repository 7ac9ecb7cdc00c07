/**
 * One operator's whole business on a Tollwright installation. Tenants share machines and nothing else: every row
 * belongs to exactly one, and row-level security keeps them apart.
 */
export interface Tenant {
  readonly id: string;
  readonly name: string;
  /** IANA zone of the operator's own calendar; accounts have their own. */
  readonly timeZone: string;
}
