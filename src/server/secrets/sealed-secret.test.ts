import fc from "fast-check";
import { expect, test } from "vitest";
import { openSecret, sealSecret } from "./sealed-secret.ts";
import { secretsKeyOf } from "./secrets-key.ts";

const KEY = secretsKeyOf(new Uint8Array(32).fill(1));
const OTHER = secretsKeyOf(new Uint8Array(32).fill(2));
const OWNER = { boundTo: ["tenant", "ada"], what: "password of SIP user ada" };
const refused = expect.objectContaining({ code: "secret-sealed-otherwise" });

test("what is sealed opens again, for its owner", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.array(fc.string()), (text, boundTo) => {
      expect(openSecret(KEY, sealSecret(KEY, text, boundTo), { boundTo, what: "text" })).toBe(text);
    }),
  );
});

test("the same text sealed twice is not the same", () => {
  const [first, second] = [sealSecret(KEY, "secret", []), sealSecret(KEY, "secret", [])];
  expect(Buffer.from(first.octets).equals(second.octets)).toBe(false);
});

test.each<[string, () => unknown]>([
  ["another key", () => openSecret(OTHER, sealSecret(KEY, "secret", OWNER.boundTo), OWNER)],
  ["another owner", () => openSecret(KEY, sealSecret(KEY, "secret", ["tenant", "eve"]), OWNER)],
  ["an owner whose words run together", () => openSecret(KEY, sealSecret(KEY, "secret", ["tenantada"]), OWNER)],
  ["nothing", () => openSecret(KEY, { keyId: KEY.id, octets: new Uint8Array(0) }, OWNER)],
])("%s opens nothing, and the message shows nothing", (_what, open) => {
  expect(open).toThrow(refused);
  expect(open).not.toThrow(/secret"/);
});

test("no octet of it can be changed", () => {
  const sealed = sealSecret(KEY, "secret", OWNER.boundTo);
  for (const at of sealed.octets.keys()) {
    const octets = Uint8Array.from(sealed.octets, (octet, index) => (index === at ? octet ^ 1 : octet));
    expect(() => openSecret(KEY, { ...sealed, octets }, OWNER)).toThrow(refused);
  }
});
