/** What Asterisk says of a call when it connects. */
export interface AgiRequest {
  /** The path of the address in the dialplan: `authorize` in `agi://billing/authorize?trunk=a`. */
  readonly script: string;
  /**
   * What the dialplan put after its question mark, decoded: the trunk, the caller's address. Of a name that comes twice
   * the first counts: what a caller may have written stands behind what the dialplan did.
   */
  readonly parameters: ReadonlyMap<string, string>;
  /** What it gave as further arguments. */
  readonly args: readonly string[];
  /** `PJSIP/alice-00000001`. */
  readonly channel: string;
  /** What the call record knows the channel by. */
  readonly uniqueId: string;
  /** "" when the caller is unknown or hides. */
  readonly calling: string;
  readonly callingName: string;
  /** The extension being run. */
  readonly called: string;
  readonly context: string;
  readonly accountCode: string | null;
}

/** A request, or what is wrong with it. */
export type AgiRequestOutcome =
  | { readonly kind: "request"; readonly request: AgiRequest }
  | { readonly kind: "malformed"; readonly reason: string };

const ARGS_MAX = 127;
/** How Asterisk says that it has no value. */
const UNKNOWN = ["unknown", "<unknown>"];

/** Reads the `agi_…: value` lines before the blank one. Of a name that comes twice the first counts. */
export function readAgiRequest(lines: readonly string[]): AgiRequestOutcome {
  const values = new Map<string, string>();
  for (const line of lines) {
    const [, name, value] = /^(agi_\w{1,64}): ?(.*)$/s.exec(line) ?? [];
    if (name === undefined || value === undefined) return { kind: "malformed", reason: "no AGI request" };
    if (!values.has(name)) values.set(name, value);
  }
  const known = (name: string): string => {
    const value = values.get(name) ?? "";
    return UNKNOWN.includes(value) ? "" : value;
  };
  const uniqueId = known("agi_uniqueid");
  if (uniqueId === "") return { kind: "malformed", reason: "the request does not say which call" };
  const [script = "", query = ""] = splitOnce(known("agi_network_script"), "?");
  return {
    kind: "request",
    request: {
      script,
      parameters: new Map([...new URLSearchParams(query)].reverse()),
      args: argsOf(values),
      channel: known("agi_channel"),
      uniqueId,
      calling: known("agi_callerid"),
      callingName: known("agi_calleridname"),
      called: known("agi_extension"),
      context: known("agi_context"),
      accountCode: known("agi_accountcode") || null,
    },
  };
}

function argsOf(values: ReadonlyMap<string, string>): string[] {
  const args: string[] = [];
  for (let number = 1; number <= ARGS_MAX; number += 1) {
    const arg = values.get(`agi_arg_${number}`);
    if (arg === undefined) return args;
    args.push(arg);
  }
  return args;
}

function splitOnce(text: string, sign: string): [string, string] {
  const at = text.indexOf(sign);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
