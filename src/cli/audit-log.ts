import type pino from "pino";
import type { FoundEntry } from "../server/audit/open-entries.ts";
import { headText } from "../server/audit/seal.ts";
import type { AuditWatch } from "../server/audit/watch-audit.ts";

/**
 * Security events and the audit's heads as lines of a log; docs/reference/security-log.md fixes their members. A head
 * that leaves the machine with the log proves later that the end of the chain was not cut off.
 */
export const auditLog = (log: pino.Logger): AuditWatch => ({
  happened: (entry) => log.info(securityLine(entry), `Security: ${entry.action} by ${entry.actor.name}`),
  sealed: (head) => log.info({ auditHead: headText(head) }, "The audit was sealed"),
  failed: (error) => log.warn(`The audit could not be sealed: ${String(error)}`),
});

const securityLine = ({
  id,
  sequence,
  happenedAt,
  action,
  actor,
  impersonator,
  address,
  object,
  reason,
}: FoundEntry) => ({
  security: action,
  ...{ auditId: id, auditSequence: sequence, happenedAt },
  ...{ actorKind: actor.kind, actorId: actor.id, actor: actor.name, impersonator: impersonator?.name ?? null, address },
  ...{ objectKind: object.kind, objectId: object.id, object: object.name, reason },
});
