import type { Reporter, SerializedError, TestModule } from "vitest/node";

/** Counts what vitest ran, and prints why each skipped test was skipped, and which passed on their second try only. */
export class TallyReporter implements Reporter {
  passed = 0;
  failed = 0;
  skipped = 0;

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    this.failed += unhandledErrors.length;
    for (const module of modules) {
      this.failed += module.errors().length; // a file that could not even be loaded
      for (const test of module.children.allTests()) {
        const result = test.result();
        const name = `[${module.project.name}] ${module.relativeModuleId} > ${test.fullName}`;
        if (test.diagnostic()?.flaky) {
          const [first] = result.errors ?? [];
          process.stdout.write(`FLAKY ${name}: passed on its second try, after: ${first?.message ?? "no message"}\n`);
        }
        if (result.state === "passed") this.passed += 1;
        else if (result.state === "failed") this.failed += 1;
        else {
          this.skipped += 1;
          const why = result.state === "skipped" ? result.note : "it did not run to its end";
          process.stdout.write(`SKIPPED ${name}: ${why ?? "no reason given; see the file"}\n`);
        }
      }
    }
  }
}
