import { describe, expect, test } from "vitest";
import { JSON_DOCUMENT, unwrapCdrPost, XML_DOCUMENT } from "./freeswitch-post.ts";

const JSON_TEXT = '{"variables":{"uuid":"5e0d","accountcode":"a b+c"}}';
const BASE64 = Buffer.from(JSON_TEXT).toString("base64");

const posted = (body: string, contentType?: string, kind = JSON_DOCUMENT): string => {
  const cdr = unwrapCdrPost(kind, contentType, new TextEncoder().encode(body));
  return cdr.kind === "file" ? new TextDecoder().decode(cdr.bytes) : cdr.reject.code;
};

describe("the JSON in a body", () => {
  test.each<[string, string | undefined, string]>([
    // body                                        content type                                  why
    [JSON_TEXT, "application/json", "encode=false, newer versions"],
    [JSON_TEXT, "application/x-www-form-plaintext", "encode=false, older versions"],
    [JSON_TEXT, undefined, "no content type"],
    [`cdr=${encodeURIComponent(JSON_TEXT)}`, "application/x-www-form-urlencoded", "encode=true"],
    [`cdr=${encodeURIComponent(JSON_TEXT).replaceAll("%20", "+")}`, "application/x-www-form-urlencoded", "spaces as +"],
    [`x=1&cdr=${encodeURIComponent(JSON_TEXT)}&y=2`, "application/x-www-form-urlencoded", "other fields around"],
    [`cdr=${BASE64}`, "application/x-www-form-base64-encoded", "encode=base64"],
    [`cdr=${BASE64.replaceAll("=", "")}`, "application/x-www-form-base64-encoded", "without padding"],
    [`cdr=${BASE64.replace(/.{20}/g, "$&\n")}`, "application/x-www-form-base64-encoded", "broken into lines"],
    [`cdr=${encodeURIComponent(BASE64)}`, "application/x-www-form-urlencoded", "base64 and URL-encoded by a proxy"],
  ])("%s as %s (%s)", (body, contentType) => {
    expect(posted(body, contentType)).toBe(JSON_TEXT);
  });
});

test.each<[string, string]>([
  ["", "nothing"],
  ["uuid=1", "no cdr"],
  ["cdr=", "an empty cdr"],
  ["cdr=%7Bbroken%", "a broken escape"],
  ["cdr=%3Cxml%2F%3E", "another module's XML"],
  ["<cdr/>", "plain XML"],
])("%s is a reject (%s)", (body) => {
  expect(posted(body, "application/x-www-form-urlencoded")).toBe("record-not-json");
});

const XML_TEXT = '<?xml version="1.0"?>\n<cdr core-uuid="0f"><variables><uuid>5e0d</uuid></variables></cdr>\n';

test.each<[string, string, string]>([
  [XML_TEXT, XML_TEXT, "encode=textxml"],
  [`cdr=${encodeURIComponent(XML_TEXT)}`, XML_TEXT, "encode=true"],
  [`cdr=${Buffer.from(XML_TEXT).toString("base64")}`, XML_TEXT, "encode=base64"],
  [`cdr=${encodeURIComponent(JSON_TEXT)}`, "record-not-xml", "another module's JSON"],
  [JSON_TEXT, "record-not-xml", "plain JSON"],
])("XML: %j (%#)", (body, expected) => {
  expect(posted(body, undefined, XML_DOCUMENT)).toBe(expected);
});
