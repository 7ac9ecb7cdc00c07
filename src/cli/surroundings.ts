import type { Readable, Writable } from "node:stream";
import type { Config } from "../config.ts";
import type { Connection } from "../server/db/connect.ts";
import type { Colors } from "./colors.ts";
import type { Command, CommandGroup } from "./command.ts";

/** Everything that a command line takes from the process around it. */
export interface Surroundings {
  readonly version: string;
  readonly entries: readonly (Command | CommandGroup)[];
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly colors: Colors;
  /** A person watches standard error. */
  readonly watched: boolean;
  readonly width: number;
  readonly author: string;
  readonly signal: AbortSignal;
  now(): Temporal.Instant;
  loadConfig(): Config;
  connect(config: Config, log: (line: string) => void): Promise<Connection>;
}
