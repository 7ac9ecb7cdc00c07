import { expect, test } from "vitest";
import { isSecretField, redactedText } from "./redacted-text.ts";

test.each<[string, string, string]>([
  // written                                                    logged                                        why
  ["postgres://u:s3cr3t@db:5432/x failed", "postgres://u:[redacted]@db:5432/x failed", "a connection string"],
  ["Authorization: Bearer twp_abc", "Authorization: [redacted] [redacted]", "a header that is quoted whole"],
  ["got Bearer eyJhbGciOi.x.y from 10.0.0.1", "got Bearer [redacted] from 10.0.0.1", "a token of any kind"],
  ["Basic dXNlcjpwYXNz and more", "Basic [redacted] and more", "a user with a password"],
  ["Basic understanding", "Basic understanding", "a word"],
  ["twp_0123456789abcdefABCDEF", "twp_[redacted]", "our own token, alone"],
  ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_[redacted]", "a webhook's key"],
  ['Digest username="bob", response="6629fae49393a05397450978507c4ef1"', "Digest [redacted]", "a SIP log-in"],
  ["/v1/reset?token=abc&x=1", "/v1/reset?token=[redacted]&x=1", "a query"],
  ["password=hunter2; user=bob", "password=[redacted]; user=bob", "a pair"],
  ['{"password":"hunter2"}', '{"password":[redacted]}', "a body that is quoted"],
  ["no tokens are left in the bucket", "no tokens are left in the bucket", "a word"],
])("%s is logged as %s (%s)", (written, logged) => {
  expect(redactedText(written)).toBe(logged);
});

test.each<[string, boolean]>([
  ["authorization", true],
  ["Cookie", true],
  ["userPassword", true],
  ["x-api-key", true],
  ["Digest-Response", true],
  ["sharedSecret", true],
  ["apiToken", true],
  ["session", false],
  ["monkey", false],
  ["passed", false],
  ["status", false],
])("a field %s is secret: %s", (name, isSecret) => {
  expect(isSecretField(name)).toBe(isSecret);
});
