import { expect, test } from "vitest";
import { DIGESTS } from "../../server/radius/digests.ts";
import { readCredential, verifyCredential } from "./credential.ts";
import { hidePassword } from "./hidden-password.ts";
import { fromHex, utf8 } from "./octets.ts";
import type { RadiusPacket, WireAttribute } from "./packet.ts";

const secret = utf8("xyzzy5461");
/** Of RFC 2865 §7.2, where flopsy's password is arctangent. */
const authenticator = fromHex("2aee86f08d0d55969ca5978e0d3367a2") as Uint8Array;
const chap = { type: 3, value: fromHex("16e97557c316185895f293ff6344077275") as Uint8Array };
const hidden = hidePassword(utf8("arctangent"), { secret, authenticator, digests: DIGESTS }) as Uint8Array;
const pap = { type: 2, value: hidden };

const credentialOf = (attributes: readonly WireAttribute[]) => {
  const packet: RadiusPacket = { kind: "packet", code: 1, identifier: 1, authenticator, attributes, octets: hidden };
  return readCredential({ packet, plain: new Map(), secret, digests: DIGESTS });
};

const HA1 = "939e7578ed9e3c518a452acee763bce9";

test.each<[readonly WireAttribute[], string, string]>([
  // attributes, verdict for arctangent / for another password / for a digest of it, why
  [[], "none none none", "the trunk's address has to do"],
  [[pap], "accepted wrong password-not-stored", "PAP"],
  [[chap], "accepted wrong password-not-stored", "CHAP: the challenge is the authenticator"],
  [[chap, { type: 60, value: authenticator }], "accepted wrong password-not-stored", "CHAP-Challenge says the same"],
  [[chap, { type: 60, value: secret }], "wrong wrong password-not-stored", "another challenge"],
  [[{ type: 3, value: hidden }], "chap-length chap-length chap-length", "16 octets are no CHAP-Password"],
  [[{ type: 2, value: chap.value }], "password-length password-length password-length", "17 octets hide nothing"],
  [[pap, chap], "several-credentials several-credentials several-credentials", "RFC 2865 §4.1 forbids both"],
  [[pap, { type: 79, value: secret }], "eap-unsupported eap-unsupported eap-unsupported", "EAP is not spoken here"],
])("%j: %s (%s)", (attributes, expected) => {
  const credential = credentialOf(attributes);
  const verdicts = [
    verifyCredential(credential, { kind: "password", password: "arctangent" }, DIGESTS),
    verifyCredential(credential, { kind: "password", password: "arctangen" }, DIGESTS),
    verifyCredential(credential, { kind: "ha1", ha1: HA1 }, DIGESTS),
  ];
  expect(verdicts.join(" ")).toBe(expected);
});
