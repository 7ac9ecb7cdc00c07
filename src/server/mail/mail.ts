/** A mail that is to be sent. */
export interface NewMail {
  readonly tenantId: string;
  /** The reseller or customer in whose name it is sent, who sees it among theirs; not given: the operator. */
  readonly accountId?: string | null;
  /** One address, as `parseMailAddress` gives it. */
  readonly to: string;
  readonly subject: string;
  /** Plain text; it is forgotten once the mail has left. */
  readonly text: string;
}
