import { Problem } from "../../core/problem.ts";

/** One thing wrong with a setup file: where (a JSON pointer), what, and what to do. */
export interface SetupFault {
  readonly pointer: string;
  readonly what: string;
  readonly fix: string;
}

/** Gathers everything that is wrong, so that a file is mended in one go. */
export class SetupFaults {
  readonly #faults: SetupFault[] = [];

  get any(): boolean {
    return this.#faults.length > 0;
  }

  add(pointer: string, what: string, fix: string): void {
    this.#faults.push({ pointer, what, fix });
  }

  /** What `read` answers; a Problem that it throws becomes a fault, and the answer undefined. */
  attempt<T>(pointer: string, read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.add(pointer, error.what, error.fix);
      return undefined;
    }
  }

  /** Throws Problem `setup-invalid` with all faults, if there are any. */
  throwAny(): void {
    if (this.any) throw setupInvalid(this.#faults);
  }
}

const setupInvalid = (faults: readonly SetupFault[]): Problem => {
  const lines = faults.map(({ pointer, what, fix }) => `\n  ${pointer === "" ? "/" : pointer}: ${what} ${fix}`);
  const count = faults.length === 1 ? "a fault" : `${faults.length} faults`;
  return new Problem("setup-invalid", {
    what: `The setup has ${count}; nothing was changed.${lines.join("")}`,
    fix: "Correct each and apply again; docs/reference/setup-file.md describes every field.",
  });
};

/** The text is no JSON. Lines and columns count from 1. */
export const setupNotJson = (args: { readonly line: number; readonly column: number; readonly reason: string }) =>
  new Problem("setup-not-json", {
    what: `The setup is not JSON: line ${args.line}, column ${args.column}: ${args.reason}.`,
    fix: "Mend it there: names and texts stand in double quotes, and no comma follows the last entry.",
  });
