/** A SIP dialog (RFC 3261 §12). */
export interface Dialog {
  readonly callId: string;
  readonly fromTag: string;
  readonly toTag: string;
}

/** The key of a dialog's record. Its tags are sorted, because a BYE from the called side has them swapped. */
export function dialogKey({ callId, fromTag, toTag }: Dialog): string {
  return fromTag < toTag ? `${callId};${fromTag};${toTag}` : `${callId};${toTag};${fromTag}`;
}
