import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { sharedData } from "../../../test/support/shared-data.ts";
import { readXmlCurlRequest } from "./request.ts";

const path = sharedData("../rig/fixtures/xml_curl.json");

test.skipIf(path === null)("FreeSWITCH 1.11.1: every form says whose call it is", () => {
  const posts: { b: string }[] = JSON.parse(readFileSync(path ?? "", "utf8"));
  const requests = posts.map(({ b }) => readXmlCurlRequest(b));
  expect(requests.map(({ kind }) => kind)).toEqual(posts.map(() => "dialplan"));
  expect(requests[0]).toMatchObject({
    call: {
      uuid: "c69a157c-08d0-4317-a802-226d4a27c424",
      sipCallId: "1-18641@127.0.0.1",
      calling: "44201",
      called: "3001",
      context: "public",
      sourceAddress: "127.0.0.1",
    },
  });
});
