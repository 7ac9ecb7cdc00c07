import pg from "pg";
import { expect, test } from "vitest";
import { databaseFailure } from "./database-failure.ts";

function sqlError(code: string, said = "what the server said"): Error {
  const error = new pg.DatabaseError(said, 0, "error");
  error.code = code;
  return error;
}

// biome-ignore format: a table reads by its columns
test.each<[Error, string | null, string]>([
  // error                                          the fix speaks of   why
  [sqlError("53100"),                               "disk",             "a full disk"],
  [sqlError("XX000", "…: File too large"),          "disk",             "a limit on the size of files"],
  [sqlError("XX000"),                               null,               "an internal error is nobody's to mend"],
  [sqlError("53300"),                               "connections",      "too many connections"],
  [sqlError("57P01"),                               "stopped",          "an administrator stopped the server"],
  [sqlError("40P01"),                               "same rows",        "a deadlock"],
  [sqlError("55P03"),                               "same rows",        "a lock that did not come"],
  [sqlError("25006"),                               "replica",          "a read-only server"],
  [new Error("Connection terminated unexpectedly"), "stopped",          "the server was killed"],
  [new Error("Client has encountered a connection error and is not queryable"),
                                                    "stopped",          "a statement after the one that met the end"],
  [Object.assign(new Error("write EPIPE"), { code: "EPIPE" }),
                                                    "stopped",          "a socket that was closed at the other end"],
  [sqlError("42601"),                               null,               "a syntax error is ours"],
  [sqlError("23505"),                               null,               "a key that was not foreseen is a bug"],
  [new TypeError("x is not a function"),            null,               "a bug"],
])("%s is mended by %s (%s)", (error, fix) => {
  const problem = databaseFailure(error);
  expect(problem?.code ?? null).toBe(fix === null ? null : "database-failed");
  if (fix !== null) expect(problem?.fix).toContain(fix);
});
