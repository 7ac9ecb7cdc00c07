const ANSWERED_S = Date.UTC(2026, 2, 2, 10, 15, 13) / 1_000;
const TALKED_S = 30;

/** A leg as mod_json_cdr documents it, reduced to what is read: 30 s answered on 2026-03-02. */
export function callDocument(uuid: string, variables: Readonly<Record<string, string>> = {}): string {
  const micros = (s: number) => String(s * 1_000_000);
  return JSON.stringify({
    variables: {
      uuid,
      direction: "inbound",
      start_uepoch: micros(ANSWERED_S - 6),
      answer_uepoch: micros(ANSWERED_S),
      end_uepoch: micros(ANSWERED_S + TALKED_S),
      billsec: String(TALKED_S),
      billmsec: String(TALKED_S * 1_000),
      hangup_cause: "NORMAL_CLEARING",
      ...variables,
    },
    callflow: [{ caller_profile: { caller_id_number: "442079460018", destination_number: "14155550123" } }],
  });
}

/** The same leg as mod_xml_cdr documents it. */
export function xmlDocument(uuid: string): string {
  const { variables, callflow } = JSON.parse(callDocument(uuid));
  const tags = (texts: Readonly<Record<string, string>>): string =>
    Object.entries(texts)
      .map(([name, text]) => `<${name}>${encodeURIComponent(text)}</${name}>`)
      .join("");
  const profile = `<callflow><caller_profile>${tags(callflow[0].caller_profile)}</caller_profile></callflow>`;
  return `<?xml version="1.0"?>\n<cdr core-uuid="x"><variables>${tags(variables)}</variables>${profile}</cdr>\n`;
}
