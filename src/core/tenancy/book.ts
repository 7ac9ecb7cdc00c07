/**
 * The unit of money and of scale: one for each party directly under the operator, which is a customer, a reseller
 * with its whole subtree, or a vendor. All accounts of a subtree share it, and no posting crosses from one book to
 * another.
 */
export interface Book {
  readonly id: string;
  readonly tenantId: string;
  /** The party directly under the operator; the end of every selling chain in this book. */
  readonly topAccountId: string;
}
