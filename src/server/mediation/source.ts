import { type Static, Type } from "typebox";
import { Value } from "typebox/value";
import { DEFAULT_NUMBER_RULES } from "../../core/numbering/number-plan.ts";
import type { AwayPolicy } from "../../core/tenancy/away-policy.ts";
import { isZone } from "../../core/time/zone.ts";
import { DURATION_RULES } from "../../core/usage/duration-rule.ts";
import { CALL_DIRECTIONS } from "../../core/usage/switch-call.ts";
import { AgiSettings, agiFaults } from "../agi/settings.ts";
import { AriSettings, ariFaults } from "../ari/settings.ts";
import { CompletenessSettings, completenessFaults } from "../completeness/completeness-settings.ts";
import { CutSettings } from "../cuts/settings.ts";
import { DiameterSettings } from "../diameter/settings.ts";
import { EvapiSettings } from "../evapi/settings.ts";
import { EventSocketSettings, eventSocketFaults } from "../event-socket/settings.ts";
import { CgratesSettings, cgratesFaults } from "../json-rpc/cgrates-settings.ts";
import { JsonRpcSettings, jsonRpcFaults } from "../json-rpc/settings.ts";
import { type PullSettings, readPulls } from "../pulls/pull-settings.ts";
import { RadiusSettings, radiusFaults } from "../radius/settings.ts";
import { SyslogSettings, syslogFaults } from "../syslog/settings.ts";
import { AwayPolicySchema } from "../tenancy/away-policy-schema.ts";
import { sourceSettingsInvalid } from "./problems.ts";

const texts = Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { maxItems: 100 });

/** What an operator sets for a source. Everything has a default that suits a switch which writes UTC and E.164. */
export const SourceConfig = Type.Object(
  {
    timeZone: Type.String({ default: "UTC", description: "IANA zone of the switch's local times" }),
    fold: Type.Union([Type.Literal("earlier"), Type.Literal("later")], {
      default: "earlier",
      description: "which of the two a local time is that happens twice when summer time ends",
    }),
    duration: Type.Union(
      DURATION_RULES.map((rule) => Type.Literal(rule)),
      { default: "reported-seconds", description: "how whole seconds of talk time are made" },
    ),
    futureToleranceS: Type.Integer({
      minimum: 0,
      maximum: 86_400,
      default: 900,
      description: "seconds a clock may be ahead",
    }),
    driftToleranceS: Type.Integer({
      minimum: 0,
      maximum: 86_400,
      default: 5,
      description: "seconds by which the timed duration may differ from the clock's",
    }),
    endsLastLine: Type.Boolean({
      default: true,
      description: "whether the last line of a file has a line end; without one it waits, as it may have been cut off",
    }),
    numbers: Type.Object(
      {
        defaultCountry: Type.Union([Type.String({ pattern: "^[A-Z]{2}$" }), Type.Null()], { default: null }),
        alreadyInternational: Type.Boolean({ default: DEFAULT_NUMBER_RULES.alreadyInternational }),
        internationalPrefixes: Type.Union([texts, Type.Null()], { default: null }),
        nationalPrefix: Type.Union([Type.String({ maxLength: 8 }), Type.Null()], { default: null }),
        techPrefixes: { ...texts, default: [] },
        shortCodes: { ...texts, default: [] },
      },
      { additionalProperties: false, default: {} },
    ),
    legs: Type.Union([texts, Type.Null()], {
      default: null,
      description: "legs that are usage, as the format names them",
    }),
    directions: Type.Union(
      [Type.Array(Type.Union(CALL_DIRECTIONS.map((direction) => Type.Literal(direction)))), Type.Null()],
      {
        default: null,
        description: "directions that are usage",
      },
    ),
    folder: Type.Union(
      [
        Type.Object(
          {
            dir: Type.String({ minLength: 1, description: "the folder that files arrive in" }),
            doneDir: Type.Union([Type.String({ minLength: 1 }), Type.Null()], {
              default: null,
              description: "where imported files are moved; null leaves them",
            }),
            settleS: Type.Integer({
              minimum: 0,
              maximum: 3_600,
              default: 5,
              description: "seconds that a file must not have changed",
            }),
          },
          { additionalProperties: false },
        ),
        Type.Null(),
      ],
      { default: null, description: "the folder that `tollwright start` watches" },
    ),
    pulls: Type.Array(Type.Unknown(), {
      maxItems: 50,
      default: [],
      description: "what is fetched from servers, databases and buckets (src/server/pulls/pull-settings.ts)",
    }),
    completeness: CompletenessSettings,
    syslog: SyslogSettings,
    radius: RadiusSettings,
    diameter: DiameterSettings,
    jsonRpc: JsonRpcSettings,
    evapi: EvapiSettings,
    cgrates: CgratesSettings,
    eventSocket: EventSocketSettings,
    agi: AgiSettings,
    ari: AriSettings,
    whenDatabaseAway: Type.Unsafe<AwayPolicy>({ ...AwayPolicySchema, default: { kind: "refuse" } }),
    cut: CutSettings,
    mapping: Type.Unknown({ default: null, description: "the declarative mapping or the format's own options" }),
  },
  { additionalProperties: false },
);
export type SourceConfig = Omit<Static<typeof SourceConfig>, "pulls"> & { readonly pulls: readonly PullSettings[] };

/** One switch, with all its ways in: its files and pushes share one identity space. */
export interface Source {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  /** Name of the switch format (src/mediation/registry.ts). */
  readonly format: string;
  readonly config: SourceConfig;
}

/** Fills in defaults. Errors: Problem `source-settings-invalid`, naming each wrong field. */
export function readSourceConfig(name: string, json: unknown): SourceConfig {
  const filled = Value.Default(SourceConfig, structuredClone(json ?? {}));
  const faults = [...Value.Errors(SourceConfig, filled)].map(
    (error) => `${error.instancePath || "/"} ${error.message}`,
  );
  if (faults.length > 0) throw sourceSettingsInvalid({ source: name, faults });
  const checked = filled as Static<typeof SourceConfig>;
  const { pulls, faults: pullFaults } = readPulls(checked.pulls);
  if (pullFaults.length > 0) throw sourceSettingsInvalid({ source: name, faults: pullFaults });
  const config = { ...checked, pulls };
  const seriesFaults = completenessFaults(checked.completeness);
  const addressFaults = syslogFaults(config.syslog);
  if (addressFaults.length > 0) throw sourceSettingsInvalid({ source: name, faults: addressFaults });
  const clientFaults = radiusFaults(config.radius);
  if (clientFaults.length > 0) throw sourceSettingsInvalid({ source: name, faults: clientFaults });
  const switchFaults = [
    ...jsonRpcFaults(config.jsonRpc),
    ...cgratesFaults(config.cgrates),
    ...eventSocketFaults(config.eventSocket),
    ...agiFaults(config.agi),
    ...ariFaults(config.ari),
  ];
  if (switchFaults.length > 0) throw sourceSettingsInvalid({ source: name, faults: switchFaults });
  if (seriesFaults.length > 0) throw sourceSettingsInvalid({ source: name, faults: seriesFaults });
  if (!isZone(config.timeZone))
    throw sourceSettingsInvalid({ source: name, faults: [`/timeZone "${config.timeZone}" is no IANA time zone`] });
  return config;
}
