import type { IReachabilityForbiddenRuleType, IRegularForbiddenRuleType } from "dependency-cruiser";

type Rule = IRegularForbiddenRuleType | IReachabilityForbiddenRuleType;

/** The folders of the pure core: each imports only itself and folders to its left. A new one has to find its place. */
export const CORE_ORDER = [
  "money",
  "time",
  "numbering",
  "usage",
  "completeness",
  "tenancy",
  "access",
  "tariff",
  "rating",
  "allowance",
  "tax",
  "routing",
  "ledger",
  "fraud",
  "charging",
  "catalog",
  "proration",
  "invoicing",
  "commission",
  "payments",
  "dunning",
  "reports",
] as const;

/** Packages that only turn bytes or values into values, so a pure decoder may use them. */
const PURE_PACKAGES = ["csv-parse", "csv-stringify", "@e965/xlsx", "saxes", "typebox"];
/** The same for what Node ships: computation only (crypto for its hashes), nothing that opens a file or a socket. */
const PURE_BUILTINS = "^(buffer|crypto|string_decoder|zlib)$";

const TEST = "\\.test\\.ts$";
const STORE = "^src/server/[^/]+/(store|[^/]+-store)\\.ts$";
const ROUTES = "^src/server/[^/]+/(routes|[^/]+-routes)\\.ts$";
const CODEC_WITHOUT_SERVER = "^src/protocol/json-rpc/opensips-event";
/** Files that Node starts by path: nothing imports them, everything else must be reached from them. */
const ENTRY = "^src/main\\.ts$|[.-]worker\\.ts$";
const npm = (names: readonly string[]) => `node_modules/(@types/)?(${names.join("|")})/`;

/** `comment` is what the reader of a violation sees: why, and what to do instead. */
function rule(name: string, comment: string, from: Rule["from"], to: Rule["to"]): Rule {
  return { name, comment, severity: "error", from, to };
}

const coreOrder = CORE_ORDER.slice(0, -1).map((folder, index) =>
  rule(
    `core-order:${folder}`,
    `core/${folder} stands left of it. Move the shared type left, or take the value as a parameter.`,
    { path: `^src/core/${folder}/`, pathNot: TEST },
    { path: `^src/core/(${CORE_ORDER.slice(index + 1).join("|")})/` },
  ),
);

const core = [
  ...coreOrder,
  rule(
    "core-floor",
    "The files directly in src/core carry every folder and import only each other.",
    { path: "^src/core/[^/]+\\.ts$", pathNot: TEST },
    { pathNot: "^src/core/[^/]+\\.ts$" },
  ),
  rule(
    "core-pure",
    "The core has no I/O and no packages: take data as parameters, return a decision, let src/server do the rest.",
    { path: "^src/core/", pathNot: TEST },
    { pathNot: "^src/core/" },
  ),
];

const decoders = [
  rule(
    "decoder-pure",
    "A decoder turns bytes into rows: it imports the core, its own kind and pure parsers. The caller reads the file.",
    { path: "^src/(mediation|decks)/", pathNot: TEST },
    { pathNot: ["^src/core/", "^src/$1/", PURE_BUILTINS, npm(PURE_PACKAGES)] },
  ),
  rule(
    "codec-pure",
    "A protocol codec imports the core and its own folder. Sockets and timers live in src/server.",
    { path: "^src/protocol/([^/]+)/", pathNot: TEST },
    { pathNot: ["^src/core/", "^src/protocol/$1/"] },
  ),
  rule(
    "format-alone",
    "One format never imports another: move what both need up into the parent folder, under its own name.",
    { path: "^src/(mediation|decks)/(formats|layouts|templates)/([^/.]+)", pathNot: TEST },
    { path: "^src/$1/$2/", pathNot: "^src/$1/$2/$3(/|\\.ts$)" },
  ),
];

const shell = [
  rule(
    "store-private",
    "A store is private to its noun. Call that noun's use case.",
    { path: "^src/server/([^/]+)/", pathNot: TEST },
    { path: STORE, pathNot: "^src/server/$1/" },
  ),
  rule(
    "store-in-server",
    "Stores are private to src/server. Call the use case.",
    { path: "^src/", pathNot: ["^src/server/", TEST] },
    { path: STORE },
  ),
  rule(
    "route-use-case",
    "A route calls a use case, which the command line calls too; only that one opens the store.",
    { path: ROUTES },
    { path: [STORE, npm(["pg", "pg-[^/]+"])] },
  ),
  rule(
    "pg-in-stores",
    "SQL lives in src/server/db and in store.ts files. Put the query into the noun's store. A switch's database is not ours.",
    { path: "^src/", pathNot: ["^src/server/db/", STORE, "^src/server/pulls/sql/postgres-reader\\.ts$", TEST] },
    { path: npm(["pg", "pg-[^/]+"]) },
  ),
  rule(
    "http-in-routes",
    "The HTTP framework lives in src/server/http, src/server/api and in routes.ts files.",
    { path: "^src/", pathNot: ["^src/server/(http|api)/", ROUTES, TEST] },
    { path: npm(["fastify", "@fastify/[^/]+"]) },
  ),
  rule(
    "outermost",
    "src/cli and src/main.ts use everything and are used by nothing.",
    { path: "^src/", pathNot: ["^src/cli/", "^src/main\\.ts$", TEST] },
    { path: "^src/(cli/|main\\.ts$)" },
  ),
  rule(
    "main-last",
    "Nothing imports the composition root. Take what you need as a parameter.",
    { path: "^src/cli/" },
    { path: "^src/main\\.ts$" },
  ),
  rule(
    "portal-by-http",
    "The portal is a client of the HTTP API like any other.",
    { path: "^src/portal/", pathNot: TEST },
    { path: "^src/", pathNot: "^src/portal/" },
  ),
];

const everywhere = [
  rule("no-cycle", "Two modules that need each other are one, or miss a third below both.", {}, { circular: true }),
  // The core states the rules of the business, each proven by its own tests; what calls a rule may come after it. So do
  // the codecs of switches' own protocols: their servers are not there yet.
  rule(
    "no-orphan",
    "The program never reaches this module from src/main.ts or a worker. Wire it in or delete it.",
    { path: ENTRY },
    { path: "^src/", pathNot: [TEST, ENTRY, "^src/core/", CODEC_WITHOUT_SERVER, "^src/portal/"], reachable: false },
  ),
  rule("no-unresolved", "Install the package or mend the path.", {}, { couldNotResolve: true }),
  rule(
    "no-tooling",
    "The program does not depend on its tests, tools and development packages.",
    { path: "^src/", pathNot: TEST },
    { path: "^(test|bench|scripts)/" },
  ),
  rule(
    "no-dev-package",
    "Move the package to dependencies in package.json, with a line in docs/decisions/0012-dependencies.md.",
    { path: "^src/", pathNot: TEST },
    { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"], dependencyTypesNot: ["type-only"] },
  ),
];

/** Who may import whom, as dependency-cruiser rules over paths relative to the repository. */
export const IMPORT_RULES: Rule[] = [...core, ...decoders, ...shell, ...everywhere];
