import type { Figure } from "./bench.ts";
import { keepsFloors, type Measurement } from "./measure.ts";

const TABLE_HEAD = [
  "| Benchmark | Items | Items/s | Floor | Goal | CPU µs/item | p50 / p99 ms | Figures | Verified | Checksum | Run |",
  "|---|--:|--:|--:|--:|--:|--:|---|---|---|---|",
];

/** Three significant digits, thousands apart: 35,000,000; 4.24; 0.0286. */
const short = (value: number): string => new Intl.NumberFormat("en", { maximumSignificantDigits: 3 }).format(value);

const count = (value: number): string => new Intl.NumberFormat("en").format(value);

const cpu = ({ ownCpuUsPerItem, watchedCpuUsPerItem }: Measurement): string =>
  watchedCpuUsPerItem === 0 ? short(ownCpuUsPerItem) : `${short(ownCpuUsPerItem)} + ${short(watchedCpuUsPerItem)}`;

const figureText = ({ name, value, unit, max, goal }: Figure): string => {
  const limits = [max === undefined ? "" : `max ${short(max)}`, goal === undefined ? "" : `goal ${short(goal)}`];
  const said = limits.filter((limit) => limit !== "").join(", ");
  return `${name} ${short(value)} ${unit}${said === "" ? "" : ` (${said})`}`;
};

const verifiedText = (verified: Measurement["verified"]): string =>
  Object.entries(verified)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");

/** A few lines for a terminal. */
export function textOf(measured: Measurement): string {
  const { name, unit, items, itemsPerS, latencyMs, floor, goal, figures, checksum, verified } = measured;
  const lines = [
    `${keepsFloors(measured) ? "ok  " : "SLOW"} ${name}`,
    `  ${short(itemsPerS)} ${unit}/s (${count(items)} ${unit}; ${cpu(measured)} CPU µs each)`,
    floor === null && goal === null
      ? ""
      : `  floor ${short(floor ?? 0)}/s, goal ${goal === null ? "-" : `${short(goal)}/s`}`,
    latencyMs ? `  p50 ${short(latencyMs.p50)} ms, p99 ${short(latencyMs.p99)} ms, max ${short(latencyMs.max)} ms` : "",
    ...figures.map((figure) => `  ${figureText(figure)}`),
    Object.keys(verified).length === 0 ? "" : `  verified: ${verifiedText(verified)}`,
    `  checksum ${checksum}`,
  ];
  return lines.filter((line) => line !== "").join("\n");
}

function rowOf(measured: Measurement): string {
  const { name, unit, items, itemsPerS, latencyMs, floor, goal, figures, checksum, verified, date, cores } = measured;
  const cells = [
    name,
    `${count(items)} ${unit}`,
    short(itemsPerS),
    floor === null ? "" : short(floor),
    goal === null ? "" : short(goal),
    cpu(measured),
    latencyMs ? `${short(latencyMs.p50)} / ${short(latencyMs.p99)}` : "",
    figures.map(figureText).join("; "),
    verifiedText(verified),
    checksum,
    `${date}, ${cores} cores`,
  ];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

/**
 * The benchmark page with its table brought up to date: a measured benchmark's row is replaced, the others stay, and
 * rows are sorted by name. The table is the last thing on the page.
 */
export function pageWith(page: string, measured: readonly Measurement[]): string {
  const start = page.indexOf("\n| Benchmark |");
  const prose = (start === -1 ? page : page.slice(0, start)).trimEnd();
  const oldRows = start === -1 ? [] : page.slice(start).trim().split("\n").slice(TABLE_HEAD.length);
  const rows = new Map([...oldRows, ...measured.map(rowOf)].map((row) => [row.split(" | ")[0], row]));
  return `${[prose, "", ...TABLE_HEAD, ...[...rows.values()].toSorted()].join("\n")}\n`;
}
