import { Value } from "typebox/value";
import { expect, test } from "vitest";
import { ClientTable } from "./client-table.ts";
import { RadiusSettings, radiusClientOf, radiusFaults } from "./settings.ts";

const LEAST = { from: ["10.0.0.0/8"], secretFrom: { env: "TOLLWRIGHT_SECRET_RADIUS" } };

/** Settings as a setup file has them, with what they leave out. */
function read(json: object): { settings: RadiusSettings; faults: readonly string[] } {
  const settings = Value.Default(RadiusSettings, structuredClone(json)) as RadiusSettings;
  const form = [...Value.Errors(RadiusSettings, settings)].map(
    ({ instancePath, message }) => `${instancePath} ${message}`,
  );
  return { settings, faults: form.length > 0 ? ["form"] : radiusFaults(settings) };
}

test.each<[object, readonly string[], string]>([
  // settings, faults, why
  [LEAST, [], "all there has to be"],
  [{ ...LEAST, from: ["10.0.0.300"] }, ['/radius/from/0 "10.0.0.300" is no IP address or range'], "no address"],
  [{ ...LEAST, profile: "nortel" }, ["form"], "no profile"],
  [{ ...LEAST, secret: "testing123" }, ["form"], "a secret has no place in a setup file"],
  [
    { ...LEAST, changes: { accept: [["Route-To", "x"]] } },
    ["/radius/changes no attribute Route-To in the dictionary"],
    "a reply that could never be written",
  ],
  [
    { ...LEAST, disconnect: { address: "sbc.example" } },
    ['/radius/disconnect/address "sbc.example" is no IP address'],
    "names are not looked up while a call has to end",
  ],
])("%j has the faults %j (%s)", (json, faults) => {
  expect(read(json).faults).toEqual(faults);
});

test("what is left out is safe: replies can't be forged, and a full server says so", () => {
  const client = radiusClientOf("edge", read(LEAST).settings, "testing123");
  expect(client).toMatchObject({
    ...{ name: "edge", needsMessageAuthenticator: true, whenBusy: "reject" },
    dynamicAuthorization: { address: null, port: 3_799 },
  });
  expect(new ClientTable([client]).at("10.1.2.3")?.name).toBe("edge");
});
