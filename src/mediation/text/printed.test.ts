import { expect, test } from "vitest";
import { printedBecause } from "./printed.ts";

test.each<[string, string | null, string]>([
  // biome-ignore format: a table reads by its columns
  ["+----+-------+\n| id | src   |\n+----+-------+\n|  1 | 1001  |\n+----+-------+\n", "a table as mysql or psql prints it", "mysql -t"],
  [" id | src  \n----+------\n  1 | 1001\n(1 row)\n", "a table as psql prints it", "psql"],
  ["-[ RECORD 1 ]----\nsrc | 1001\n", "rows as psql prints them with \\x", "psql \\x"],
  [`${"*".repeat(27)} 1. row ${"*".repeat(27)}\nsrc: 1001\n`, "rows as mysql prints them with \\G", "mysql \\G"],
  ["--\n-- PostgreSQL database dump\n--\n\nSET statement_timeout = 0;\n", "a database dump", "pg_dump"],
  ["-- MySQL dump 10.13  Distrib 8.0\n", "a database dump", "mysqldump"],
  ["/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump\n", "a database dump", "mariadb-dump"],
  ["COPY public.cdr (calldate, src) FROM stdin;\n2026-03-02\t1001\n\\.\n", "a database dump", "a cut of one"],
  ["INSERT INTO `acc` VALUES (1,'INVITE');\n", "a database dump", "--no-create-info"],
  ["id|src\n1|1001\n", null, "psql -A"],
  ["id,src\n1,1001\n", null, "CSV"],
  ["INVITE|4c7e|a1|call-1|200|OK|1772446500\n", null, "flat text"],
  ["INSERT INTO", null, "a line that may go on"],
  ["", null, "nothing"],
])("%j is %s (%s)", (text, what) => {
  expect(printedBecause(Buffer.from(text))).toBe(what);
});
