import { SaxesParser } from "saxes";
import { expect, test } from "vitest";
import { fuzzedOctets } from "../../../test/support/fuzz-octets.ts";
import { readTranscripts } from "../../../test/support/transcript-vectors.ts";
import { allowDocument, type DialString, respondDocument } from "./answer.ts";
import { readXmlCurlRequest } from "./request.ts";

const SEED = 20_261_121;

test("whatever is posted is read as something", () => {
  const bases = readTranscripts("xml-curl").flatMap(({ received }) =>
    received.length > 0 ? [Buffer.concat(received)] : [],
  );
  for (const octets of fuzzedOctets(bases, SEED))
    expect(["dialplan", "other", "malformed"]).toContain(readXmlCurlRequest(octets.toString()).kind);
});

/** What the actions of a document are, as an XML parser sees them. */
function actionsOf(text: string): (string | undefined)[][] {
  const actions: (string | undefined)[][] = [];
  const parser = new SaxesParser();
  parser.on("error", (error) => expect.fail(error.message));
  parser.on("opentag", ({ name, attributes }) => {
    if (name === "action") actions.push([attributes.application, attributes.data]);
  });
  parser.write(text).close();
  return actions;
}

test("a document says what it was given, whatever that is", () => {
  for (const octets of fuzzedOctets([Buffer.from("a b"), Buffer.from("<&>\"'"), Buffer.from("]]>")], SEED)) {
    const text = octets.toString();
    const response = respondDocument(text, 402, text);
    const isEmpty = text === "";
    if (response.kind === "document")
      expect(actionsOf(response.text)).toEqual([["respond", isEmpty ? "402" : `402 ${text}`]]);
    const allowed = allowDocument({
      context: text,
      destination: text as DialString,
      limitS: 1,
      limitFrom: "setup",
      cause: "X",
      variables: { a: text },
    });
    if (allowed.kind === "document")
      expect(actionsOf(allowed.text)).toEqual([
        ["set", `a=${text}`],
        ["set", "hangup_after_bridge=true"],
        ["sched_hangup", "+1 X"],
        ["bridge", text],
      ]);
  }
});
