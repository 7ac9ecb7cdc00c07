import { AwsClient } from "aws4fetch";
import { describe, expect, test } from "vitest";
import { encodedKey } from "./s3-request.ts";

describe("requests are signed as Amazon's examples are", () => {
  const EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  const signer = new AwsClient({
    accessKeyId: "AKIAIOSFODNN7EXAMPLE",
    secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    region: "us-east-1",
    service: "s3",
    retries: 0,
  });

  // "Signature calculations for the Authorization header", in Amazon's reference of the S3 API: what it signs of the
  // headers that we send.
  test.each<[string, string, string]>([
    // query                  signature                                                           why
    ["lifecycle", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543", "a name without a value"],
    ["max-keys=2&prefix=J", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7", "a listing"],
  ])("GET ?%s (%s)", async (query, signature) => {
    const { headers } = await signer.sign(`https://examplebucket.s3.amazonaws.com/?${query}`, {
      headers: { "x-amz-content-sha256": EMPTY },
      aws: { datetime: "20130524T000000Z" },
    });
    expect(headers.get("authorization")).toBe(
      "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, " +
        `SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=${signature}`,
    );
  });
});

test.each<[string, string, string]>([
  // key            path                     why
  ["a/b c.csv", "a/b%20c.csv", "slashes stay, a blank is no plus"],
  ["x(1)!*'.csv", "x%281%29%21%2A%27.csv", "what encodeURIComponent leaves alone"],
  ["ä%41.csv", "%C3%A4%2541.csv", "UTF-8, and a per cent sign is text"],
  ["a-b_c.d~e", "a-b_c.d~e", "the unreserved ones of RFC 3986"],
])("the key %s stands in the path as %s (%s)", (key, path) => {
  expect(encodedKey(key)).toBe(path);
});
