import { uuidv7 } from "../../clock.ts";
import { parseMailAddress } from "../../core/access/mail-address.ts";
import { invariant } from "../../core/invariant.ts";
import type { Tx } from "../db/tx.ts";
import type { NewMail } from "./mail.ts";
import { insertMail } from "./mail-store.ts";

/** RFC 5322 §2.1.1: no line of a header is longer; longer subjects are of no use to anybody. */
const SUBJECT_CHARACTERS_MAX = 200;
const TEXT_CHARACTERS_MAX = 100_000;

/**
 * Stores a mail in the transaction of what it tells of: it leaves if that commits, and at least once. Characters of a
 * subject that would end its header are blanks. Answers its id. A `to` that is no address is a bug of the caller.
 */
export async function queueMail(tx: Tx, { tenantId, accountId = null, to, subject, text }: NewMail): Promise<string> {
  invariant(parseMailAddress(to) === to, "mails go to addresses that were parsed");
  invariant(text.length <= TEXT_CHARACTERS_MAX, `a mail has at most ${TEXT_CHARACTERS_MAX} characters`);
  const id = uuidv7();
  const oneLine = subject.replaceAll(/\p{Cc}+/gu, " ").slice(0, SUBJECT_CHARACTERS_MAX);
  await insertMail(tx, { id, tenantId, accountId, to, subject: oneLine, text });
  return id;
}
