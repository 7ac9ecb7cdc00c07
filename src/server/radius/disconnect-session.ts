import { parseAddress } from "../../core/tenancy/address-range.ts";
import type { NamedValue } from "../../protocol/radius/encode-attributes.ts";
import type { Actor } from "../access/actor.ts";
import { auditJson } from "../audit/audit-json.ts";
import { recordAudit } from "../audit/record-audit.ts";
import type { Database } from "../db/database.ts";
import { findSources } from "../mediation/find-sources.ts";
import { sourceSettingsInvalid, sourceUnknown } from "../mediation/problems.ts";
import { readSecret } from "../pulls/secret.ts";
import { DynamicAuthorization, type DynamicOutcome } from "./dynamic-authorization.ts";
import { radiusClientOf } from "./settings.ts";

export interface DisconnectRequest {
  readonly tenantId: string;
  /** The source's name. */
  readonly source: string;
  /** Names and values by which the switch finds the session, such as its Acct-Session-Id. */
  readonly session: readonly NamedValue[];
  readonly actor: Actor;
}

/**
 * Tells a switch to end a session, and waits for its answer: up to 30 s. Errors: Problems `source-unknown`,
 * `source-settings-invalid` (no RADIUS, or no address to send to), `pull-secret-missing`.
 */
export async function disconnectSession(
  db: Database,
  { tenantId, source: name, session, actor }: DisconnectRequest,
): Promise<DynamicOutcome> {
  const source = (await findSources(db, tenantId)).find((each) => each.name === name);
  if (source === undefined) throw sourceUnknown({ name });
  const settings = source.config.radius;
  if (settings === null)
    throw sourceSettingsInvalid({ source: name, faults: ["/radius is null: the switch speaks none"] });
  const address = settings.disconnect.address ?? settings.from.find((range) => parseAddress(range) !== undefined);
  if (address === undefined)
    throw sourceSettingsInvalid({ source: name, faults: ["/radius/disconnect/address is needed beside ranges alone"] });
  const secret = await readSecret(`RADIUS secret of source "${name}"`, settings.secretFrom);
  // Before it is sent: what a switch did must not be missing because the process ended meanwhile.
  await db.transaction("app", { tenantId }, (tx) =>
    recordAudit(tx, actor, [
      {
        action: "session.disconnect-sent",
        object: { kind: "source", id: source.id, name },
        before: null,
        after: auditJson(session),
        reason: null,
      },
    ]),
  );
  const sender = new DynamicAuthorization();
  try {
    return await sender.disconnect({ client: radiusClientOf(name, settings, secret), senderAddress: address }, session);
  } finally {
    sender.close();
  }
}
