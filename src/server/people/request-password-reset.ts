import { parseMailAddress } from "../../core/access/mail-address.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { findTenants } from "../tenancy/find-tenant.ts";
import type { People } from "./people.ts";
import { mailLink } from "./send-link.ts";
import { countTry, mailsTo, triesFrom } from "./throttled-try.ts";
import { strangerActor } from "./user-actor.ts";
import { readUserByEmail } from "./user-store.ts";

/**
 * Sends somebody a link to set a new password, if there is such a person; who asks hears the same either way. Each
 * request counts as a failed try: strangers can't have many mails sent.
 *
 * Errors: Problem `log-in-throttled`.
 */
export async function requestPasswordReset(
  { db, linkUrl }: Pick<People, "db" | "linkUrl">,
  asked: { readonly tenant: string | null; readonly email: string; readonly address: string },
): Promise<void> {
  const tenants = await findTenants(db);
  const named = tenants.filter(
    ({ name }) => asked.tenant === null || name.toLowerCase() === asked.tenant.toLowerCase(),
  );
  const [tenant, another] = named;
  const key = another === undefined && tenant !== undefined ? tenant.id : (asked.tenant ?? "");
  await countTry(db, [mailsTo(key, asked.email), triesFrom(asked.address, "mails")]);
  const email = parseMailAddress(asked.email);
  if (tenant === undefined || another !== undefined || email === undefined) return;
  const tenantId = tenant.id;
  await db.transaction("app", { tenantId }, async (tx) => {
    const user = await readUserByEmail(tx, { tenantId, email });
    const isTold = user !== undefined && user.state !== "disabled";
    if (isTold) await mailLink(tx, user, { linkUrl, operator: tenant.name });
    await recordAudit(tx, strangerActor(tenantId, asked.address), [
      {
        action: "user.password-reset-asked",
        object: { kind: "user", id: user?.id ?? null, name: email },
        ...{ before: null, after: { sent: isTold }, reason: null, isSecurity: true },
        accountId: user?.accountId ?? null,
      },
    ]);
  });
}
