import { Problem } from "../../core/problem.ts";

export const personUnknown = (args: { readonly person: string }) =>
  new Problem("person-unknown", {
    what: `There is no ${args.person}.`,
    fix: 'Write "user:ada@example.com" or "account:bakery"; one who was erased is found no more.',
  });

export const personActive = (args: { readonly person: string; readonly sessions: number }) =>
  new Problem("person-active", {
    what: `The ${args.person} has ${args.sessions} calls that are up.`,
    fix: "End them with `tollwright session hang-up`, and see that no new ones are authorised.",
  });
