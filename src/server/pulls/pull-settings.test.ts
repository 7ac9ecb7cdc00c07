import { describe, expect, test } from "vitest";
import { readPulls } from "./pull-settings.ts";

const SFTP = { name: "cdr", kind: "sftp", host: "sbc.example.com", user: "cdr" };

test("what is left out has defaults that lose nothing", () => {
  expect(readPulls([SFTP])).toMatchObject({
    faults: [],
    pulls: [{ port: 22, after: "leave", settleS: 10, schedule: { everyS: 300 }, hostKeys: [], trustFirst: false }],
  });
});

describe("faults say where and what", () => {
  test.each<[object, RegExp, string]>([
    [{}, /^\/pulls\/0 must have a name and a kind, one of sftp, ftp, ftps/, "nothing tells what it is"],
    [{ ...SFTP, kind: "scp" }, /one of sftp, ftp, ftps/, "a kind that is not known"],
    [{ ...SFTP, password: "x" }, /^\/pulls\/0\/password is no field .*; give passwordFrom/, "a secret in the setup"],
    [{ ...SFTP, passwordFrom: { env: "HOME" } }, /^\/pulls\/0\/passwordFrom\/env /, "any variable could be named"],
    [{ ...SFTP, passwordFrom: { file: "secret" } }, /^\/pulls\/0\/passwordFrom\/file /, "relative to what?"],
    [{ ...SFTP, hostKeys: ["md5:aa"] }, /^\/pulls\/0\/hostKeys\/0 /, "another kind of fingerprint"],
    [{ ...SFTP, caFile: "/ca.pem" }, /^\/pulls\/0\/caFile is no field of this kind/, "a field of another kind"],
    [{ ...SFTP, after: "move" }, /^\/pulls\/0\/moveTo /, "where to?"],
    [{ ...SFTP, after: "delete", appends: true }, /^\/pulls\/0\/after must be "leave"/, "the switch still writes it"],
    [{ ...SFTP, after: "rename", renameSuffix: ".ok", marker: ".ok" }, /^\/pulls\/0\/renameSuffix /, "a marker's name"],
    [{ ...SFTP, schedule: {} }, /^\/pulls\/0\/schedule must have either/, "when?"],
    [{ ...SFTP, schedule: { everyS: 60, cron: "* * * * *" } }, /^\/pulls\/0\/schedule must have either/, "twice"],
    [{ ...SFTP, schedule: { cron: "0 0 31 2 *" } }, /^\/pulls\/0\/schedule\/cron /, "there is no such day"],
    [{ ...SFTP, schedule: { cron: "0 0 * * *", timeZone: "Mars" } }, /^\/pulls\/0\/schedule\/timeZone /, "no zone"],
  ])("%o: %s (%s)", (pull, fault) => {
    expect(readPulls([pull]).faults).toEqual([expect.stringMatching(fault)]);
  });

  test("two pulls of one name are one too many", () => {
    expect(readPulls([SFTP, SFTP]).faults).toEqual(['/pulls/1/name "cdr" stands above already']);
  });
});
