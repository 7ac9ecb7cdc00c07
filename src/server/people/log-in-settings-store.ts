import type { Tx } from "../db/tx.ts";
import { INITIAL_LOG_IN_SETTINGS, type LogInSettings } from "./log-in-settings.ts";

export async function readLogInSettings(tx: Tx, tenantId: string): Promise<LogInSettings> {
  const { rows } = await tx.query<{ required: boolean; idle: number; session: number }>(
    `select second_factor_required as required, session_idle_s as idle, session_s as session
     from log_in_settings where tenant_id = $1`,
    [tenantId],
  );
  const [row] = rows;
  if (row === undefined) return INITIAL_LOG_IN_SETTINGS;
  return { secondFactorRequired: row.required, sessionIdleS: row.idle, sessionS: row.session };
}

export async function saveLogInSettings(tx: Tx, tenantId: string, settings: LogInSettings): Promise<void> {
  await tx.query(
    `insert into log_in_settings (tenant_id, second_factor_required, session_idle_s, session_s) values ($1, $2, $3, $4)
     on conflict (tenant_id) do update set second_factor_required = excluded.second_factor_required,
       session_idle_s = excluded.session_idle_s, session_s = excluded.session_s`,
    [tenantId, settings.secondFactorRequired, settings.sessionIdleS, settings.sessionS],
  );
}
