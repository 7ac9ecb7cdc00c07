import { testTranscripts } from "../../../test/support/transcript-vectors.ts";
import { allowDocument, notFoundDocument, respondDocument } from "./answer.ts";
import { readXmlCurlRequest } from "./request.ts";

/** One form: HTTP keeps them apart. */
function read(chunks: readonly Uint8Array[]): unknown[] {
  const request = readXmlCurlRequest(Buffer.concat(chunks).toString());
  return [request.kind === "dialplan" ? { ...request, fields: Object.fromEntries(request.fields) } : request];
}

testTranscripts("xml-curl", {
  read,
  writers: {
    notFound: () => ({ kind: "document", text: notFoundDocument() }),
    allow: allowDocument,
    respond: respondDocument,
  },
});
