import type { Problem } from "./problem.ts";

/** A problem as JSON (RFC 9457): the body of an HTTP answer, and what a command prints under `--json`. */
export interface ProblemDocument {
  /** A URI that ends in the code. */
  readonly type: string;
  /** The code in words; the same for every occurrence. */
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly fix: string;
}

export const problemDocument = ({ code, status, what, fix }: Problem): ProblemDocument => ({
  type: `urn:tollwright:problem:${code}`,
  title: `${code.charAt(0).toUpperCase()}${code.slice(1).replaceAll("-", " ")}`,
  status,
  code,
  detail: what,
  fix,
});
