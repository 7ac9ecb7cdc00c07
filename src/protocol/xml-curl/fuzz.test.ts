import { SaxesParser } from "saxes";
import { expect, test } from "vitest";
import { expectEqual, FUZZ_TIMEOUT_MS, fuzzedOctets } from "../../../test/support/fuzz-octets.ts";
import { readTranscripts } from "../../../test/support/transcript-vectors.ts";
import { allowDocument, type DialString, respondDocument } from "./answer.ts";
import { readXmlCurlRequest } from "./request.ts";

const SEED = 20_261_121;

test("whatever is posted is read as something", { timeout: FUZZ_TIMEOUT_MS }, () => {
  const bases = readTranscripts("xml-curl").flatMap(({ received }) =>
    received.length > 0 ? [Buffer.concat(received)] : [],
  );
  let calls = 0;
  for (const octets of fuzzedOctets(bases, SEED))
    if (readXmlCurlRequest(octets.toString()).kind === "dialplan") calls += 1;
  expect(calls).toBeGreaterThan(0);
});

/** What the actions of a document are, as an XML parser sees them. */
function actionsOf(text: string): string {
  const actions: (string | undefined)[][] = [];
  const parser = new SaxesParser();
  parser.on("error", (error) => expect.fail(error.message));
  parser.on("opentag", ({ name, attributes }) => {
    if (name === "action") actions.push([attributes.application, attributes.data]);
  });
  parser.write(text).close();
  return shown(actions);
}

const shown = (actions: readonly unknown[]): string => JSON.stringify(actions);

test("a document says what it was given, whatever that is", { timeout: FUZZ_TIMEOUT_MS }, () => {
  for (const octets of fuzzedOctets([Buffer.from("a b"), Buffer.from("<&>\"'"), Buffer.from("]]>")], SEED)) {
    const text = octets.toString();
    const response = respondDocument(text, 402, text);
    const isEmpty = text === "";
    if (response.kind === "document")
      expectEqual(actionsOf(response.text), shown([["respond", isEmpty ? "402" : `402 ${text}`]]), octets);
    const allowed = allowDocument({
      context: text,
      next: { kind: "bridge", destination: text as DialString },
      limitS: 1,
      limitFrom: "setup",
      cause: "X",
      variables: { a: text },
    });
    if (allowed.kind === "document")
      expectEqual(
        actionsOf(allowed.text),
        shown([
          ["set", `a=${text}`],
          ["sched_hangup", "+1 X"],
          ["set", "hangup_after_bridge=true"],
          ["bridge", text],
        ]),
        octets,
      );
  }
});
