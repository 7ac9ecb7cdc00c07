/** A call of a test, as every switch would know it. */
export interface MadeCall {
  readonly key: string;
  readonly calling: string;
  readonly called: string;
  /** Milliseconds since 1970, whole seconds. */
  readonly startedAt: number;
  readonly ringS: number;
  /** null: never answered. */
  readonly talkedS: number | null;
  readonly account: string;
  readonly gateway: string;
}

/** What a source of `freeswitch-csv` must be told to read {@link freeswitchRow}. */
export const FREESWITCH_MAPPING = {
  columns: [
    "caller_id_number",
    "destination_number",
    "start_stamp",
    "answer_stamp",
    "end_stamp",
    "duration",
    "billsec",
    "uuid",
    "accountcode",
    "sip_gateway_name",
    "direction",
    "originator",
  ],
};

/** What a source of `freeswitch-csv` must be told to read {@link shortRow}. */
export const SHORT_MAPPING = {
  columns: ["caller_id_number", "destination_number", "start_stamp", "answer_stamp", "end_stamp", "billsec", "uuid"],
};

/** A line of mod_cdr_csv for a call of 30 s that nothing but its key tells from the next. */
export const shortRow = (uuid: string): string =>
  `"442079460018","14155550123","2026-03-02 10:15:07","2026-03-02 10:15:13","2026-03-02 10:15:43","30","${uuid}"\n`;

const stamp = (at: number): string => new Date(at).toISOString().slice(0, 19).replace("T", " ");

/** A line of FreeSWITCH's mod_cdr_csv, in UTC. `talkedS` may lie, `isCalleesLeg` marks the leg that nobody pays for. */
export function freeswitchRow(
  call: MadeCall,
  { billsec = call.talkedS ?? 0, isCalleesLeg = false }: { billsec?: number; isCalleesLeg?: boolean } = {},
): string {
  const answeredAt = call.startedAt + call.ringS * 1_000;
  const endedAt = answeredAt + (call.talkedS ?? 0) * 1_000;
  const fields = [
    call.calling,
    call.called,
    stamp(call.startedAt),
    call.talkedS === null ? "" : stamp(answeredAt),
    stamp(endedAt),
    call.ringS + (call.talkedS ?? 0),
    billsec,
    call.key,
    call.account,
    call.gateway,
    isCalleesLeg ? "outbound" : "inbound",
    isCalleesLeg ? `${call.key}-other` : "",
  ];
  return `${fields.map((field) => `"${field}"`).join(",")}\n`;
}

export const KAMAILIO_HEADER = "method,from_tag,to_tag,callid,sip_code,sip_reason,time,src_user,dst_user,src_ip\n";

/** The rows of Kamailio's acc for a call: INVITE and BYE of an answered one, a failed INVITE of another. */
export function kamailioRows(call: MadeCall): readonly string[] {
  const answeredAt = call.startedAt + call.ringS * 1_000;
  const dialog = `f${call.key},t${call.key},${call.key}@proxy`;
  const parties = `${call.calling},${call.called},192.0.2.${call.account.length}`;
  if (call.talkedS === null) return [`INVITE,${dialog},486,Busy,${stamp(answeredAt)},${parties}\n`];
  const back = `t${call.key},f${call.key},${call.key}@proxy`;
  return [
    `INVITE,${dialog},200,OK,${stamp(answeredAt)},${parties}\n`,
    `BYE,${back},200,OK,${stamp(answeredAt + call.talkedS * 1_000)},,,\n`,
  ];
}
