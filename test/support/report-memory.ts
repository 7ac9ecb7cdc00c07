/** Loaded before a program (`node --import`): says on standard error how much memory it ever held, when it ends. */
process.on("exit", () => process.stderr.write(`\nmaxRssKb=${process.resourceUsage().maxRSS}\n`));
