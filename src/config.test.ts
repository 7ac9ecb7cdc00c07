import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { loadConfig } from "./config.ts";
import { Problem } from "./core/problem.ts";

/** The problem that loading `env` ends in. */
function problemOf(env: Record<string, string>): Problem {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error("loadConfig accepted a wrong environment");
}

describe("loadConfig", () => {
  test("an empty environment is a working one", () => {
    expect(loadConfig({})).toEqual({
      databaseUrl: null,
      dataDir: resolve("data"),
      secretsKeyFile: resolve("data/secrets.key"),
      archiveDir: resolve("data", "archive"),
      syslogHost: "127.0.0.1",
      syslogPort: null,
      syslogTlsCa: null,
      syslogTlsCert: null,
      syslogTlsKey: null,
      syslogTlsPort: null,
      radiusHost: "127.0.0.1",
      radiusAuthPort: null,
      radiusAcctPort: null,
      radiusTlsPort: null,
      radiusTlsCert: null,
      radiusTlsKey: null,
      radiusTlsCa: null,
      diameterHost: "127.0.0.1",
      diameterPort: null,
      diameterIdentity: "ocs.localdomain",
      diameterTlsPort: null,
      diameterTlsCert: null,
      diameterTlsKey: null,
      diameterTlsCa: null,
      agiHost: "127.0.0.1",
      agiPort: null,
      cgratesHost: "127.0.0.1",
      cgratesPort: null,
      chargingAnswerMs: 800,
      chargingJournalMib: 1_024,
      chargingProcesses: 1,
      eventSocketHost: "127.0.0.1",
      eventSocketPort: null,
      httpHost: "127.0.0.1",
      httpPort: 8080,
      httpNames: null,
      httpProxies: null,
      httpRequestsPerMinute: 6_000,
      httpTlsCa: null,
      httpTlsCert: null,
      httpTlsKey: null,
      metricsHost: "127.0.0.1",
      metricsPort: null,
      metricsTokenFile: null,
      publicUrl: null,
      smtpUrl: null,
      mailFrom: null,
      webhookAllow: "",
      webhookLogDays: 30,
      drainS: 0,
      shutdownS: 60,
      logLevel: "info",
      logNumbers: "masked",
      logRequests: "debug",
      ci: "",
    });
  });

  test("reads what is set", () => {
    const config = loadConfig({ DATABASE_URL: "postgres://u:p@db/toll", TOLLWRIGHT_HTTP_PORT: "0" });
    expect(config.databaseUrl).toBe("postgres://u:p@db/toll");
    expect(config.httpPort).toBe(0);
  });

  test("digits are only a number where a number is meant", () => {
    expect(loadConfig({ TOLLWRIGHT_DATA_DIR: "2026" }).dataDir).toBe(resolve("2026"));
  });

  test("cannot be changed once loaded", () => {
    expect(Object.isFrozen(loadConfig({}))).toBe(true);
  });

  test.each<[string, string, string]>([
    // variable              value           why
    ["TOLLWRIGHT_HTTP_PORT", "65536", "no such port"],
    ["TOLLWRIGHT_HTTP_PORT", "80x", "digits, then something else"],
    ["TOLLWRIGHT_HTTP_PORT", "8.5", "no whole number"],
    ["TOLLWRIGHT_HTTP_PORT", "-1", "negative"],
    ["TOLLWRIGHT_HTTP_HOST", "http://x", "a URL, not a host"],
    ["TOLLWRIGHT_WEBHOOK_ALLOW", "10.0.0.0/8,10.0.0.0/33", "an IPv4 address has 32 bits"],
    ["TOLLWRIGHT_WEBHOOK_ALLOW", "localhost", "a name may lead anywhere"],
    ["TOLLWRIGHT_LOG_LEVEL", "INFO", "levels are lower case"],
    ["DATABASE_URL", "mysql://db/toll", "another database"],
    ["DATABASE_URL", "5432", "a port alone"],
  ])("%s=%s is refused by name (%s)", (variable, value) => {
    const problem = problemOf({ [variable]: value });
    expect(problem.code).toBe("config-invalid");
    expect(problem.what).toContain(`${variable}: "${value}" is not`);
  });

  test("lists every wrong variable at once", () => {
    const { what } = problemOf({ TOLLWRIGHT_HTTP_PORT: "x", TOLLWRIGHT_LOG_LEVEL: "y", DATABASE_URL: "z" });
    expect(what).toContain("3 settings are wrong");
    for (const variable of ["TOLLWRIGHT_HTTP_PORT", "TOLLWRIGHT_LOG_LEVEL", "DATABASE_URL"])
      expect(what).toContain(variable);
  });

  test("an empty variable counts as unset, as compose files write it", () => {
    expect(loadConfig({ DATABASE_URL: "" }).databaseUrl).toBeNull();
  });

  test("a password never reaches the message", () => {
    const { what } = problemOf({ DATABASE_URL: "mysql://bill:s3cr:e@t@db/toll" });
    expect(what).toContain("mysql://bill:***@db/toll");
  });
});
