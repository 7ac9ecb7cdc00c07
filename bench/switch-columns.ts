/** The columns of files that benchmarks import, in order. */
export const SWITCH_COLUMNS = [
  "caller_id_number",
  "destination_number",
  "start_stamp",
  "answer_stamp",
  "end_stamp",
  "duration",
  "billsec",
  "hangup_cause",
  "uuid",
  "accountcode",
  "sip_gateway_name",
];
