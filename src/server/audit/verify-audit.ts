import type { Database } from "../db/database.ts";
import { steadySnapshot } from "../db/steady-snapshot.ts";
import type { Tx } from "../db/tx.ts";
import {
  entriesOutside,
  lastSeal,
  type StoredSeal,
  sealedEntries,
  sealsAfter,
  tenantsWithAudit,
} from "./chain-store.ts";
import { entryDigest } from "./entry-digest.ts";
import { type AuditHead, CHAIN_START, chainOf } from "./seal.ts";

/** What verifying the audit found. */
export interface AuditVerification {
  readonly seals: number;
  readonly entries: number;
  /** Entries without a place yet: the next sealing takes them. */
  readonly waiting: number;
  /** What does not hold, in words: where, and what was done there. */
  readonly faults: readonly string[];
  /** The ends of the chains. */
  readonly heads: readonly AuditHead[];
}

const SEALS_PER_PAGE = 100;
/** An entry of before this much earlier than a seal that does not have it was written later than it says. */
const LATE_MS_MAX = 3_600_000;

/**
 * Computes the chain of every tenant again, seal by seal, on what `tx` sees. `kept`: heads that were kept elsewhere;
 * a chain that does not lead through them was cut off or written anew. Memory is flat: a seal at a time.
 */
export async function verifyAudit(tx: Tx, kept: readonly AuditHead[] = []): Promise<AuditVerification> {
  const tenantIds = await tenantsWithAudit(tx);
  const found = { seals: 0, entries: 0, waiting: 0, faults: [] as string[], heads: [] as AuditHead[] };
  for (const tenantId of new Set([...tenantIds, ...kept.map((head) => head.tenantId)])) {
    const walk = new ChainWalk(
      tenantId,
      kept.filter((head) => head.tenantId === tenantId),
    );
    await walk.run(tx);
    found.seals += walk.seals;
    found.entries += walk.entries;
    found.waiting += walk.waiting;
    found.faults.push(...walk.faults);
    if (walk.head !== null) found.heads.push(walk.head);
  }
  return found;
}

/** {@link verifyAudit} as it is at one moment, while the work goes on. */
export const verifyWholeAudit = (db: Database, kept: readonly AuditHead[] = []): Promise<AuditVerification> =>
  db.bulk("owner", {}, async (tx) => {
    await steadySnapshot(tx);
    return await verifyAudit(tx, kept);
  });

/** The ends of all chains. */
export const findAuditHeads = (db: Database): Promise<readonly AuditHead[]> =>
  db.transaction("owner", {}, async (tx) => {
    const heads: AuditHead[] = [];
    for (const tenantId of await tenantsWithAudit(tx)) {
      const last = await lastSeal(tx, tenantId);
      if (last === undefined) continue;
      const { number, lastSequence, chain } = last;
      heads.push({ tenantId, number, lastSequence, chain: chain.toString("hex") });
    }
    return heads;
  });

/** One tenant's chain, from its first seal to its end. */
class ChainWalk {
  readonly faults: string[] = [];
  seals = 0;
  entries = 0;
  waiting = 0;
  head: AuditHead | null = null;
  readonly #tenantId: string;
  readonly #kept: Map<number, AuditHead[]>;
  #chain: Buffer = CHAIN_START;
  #number = 0;
  #lastSequence = 0;
  #sealedAt = "";

  constructor(tenantId: string, kept: readonly AuditHead[]) {
    this.#tenantId = tenantId;
    this.#kept = Map.groupBy(kept, ({ number }) => number);
  }

  async run(tx: Tx): Promise<void> {
    let page: readonly StoredSeal[];
    do {
      page = await sealsAfter(tx, this.#tenantId, this.#number, SEALS_PER_PAGE);
      for (const seal of page) await this.#check(tx, seal);
    } while (page.length === SEALS_PER_PAGE);
    for (const { number } of [...this.#kept.values()].flat())
      this.#fault(`seal ${number} was kept elsewhere and is not here: the end of the chain was cut off`);
    const { beyond, waiting } = await entriesOutside(tx, this.#tenantId, this.#lastSequence);
    this.waiting = waiting;
    if (beyond > 0)
      this.#fault(`${beyond} entries stand behind the last seal: a seal was removed, or they were put there`);
  }

  async #check(tx: Tx, seal: StoredSeal): Promise<void> {
    const name = `seal ${seal.number}`;
    if (seal.number !== this.#number + 1)
      this.#fault(`seals ${this.#number + 1} to ${seal.number - 1} are gone: they stood before ${name}`);
    else if (seal.firstSequence !== this.#lastSequence + 1)
      this.#fault(`${name} begins at entry ${seal.firstSequence} and not at ${this.#lastSequence + 1}`);
    else if (!seal.previous.equals(this.#chain)) this.#fault(`${name} does not follow the one before it`);
    await this.#checkEntries(tx, seal);
    for (const { chain } of this.#kept.get(seal.number) ?? [])
      if (chain !== seal.chain.toString("hex"))
        this.#fault(`${name} is not the one that was kept elsewhere: the chain was written anew`);
    this.#kept.delete(seal.number);
    this.seals += 1;
    this.#chain = seal.chain;
    this.#number = seal.number;
    this.#lastSequence = seal.lastSequence;
    this.#sealedAt = seal.sealedAt;
    const { number, lastSequence } = seal;
    this.head = { tenantId: this.#tenantId, number, lastSequence, chain: seal.chain.toString("hex") };
  }

  async #checkEntries(tx: Tx, seal: StoredSeal): Promise<void> {
    const before = this.faults.length;
    const digests: Buffer[] = [];
    let expected = seal.firstSequence;
    for (const { sequence, digest, ...entry } of await sealedEntries(tx, this.#tenantId, seal)) {
      const place = Number(sequence);
      if (place > expected) this.#fault(`entries ${expected} to ${place - 1} are gone`);
      if (!entryDigest(entry, place).equals(digest))
        this.#fault(`entry ${place} (${entry.action}, ${entry.id}) was changed, or moved to this place`);
      if (this.#sealedAt !== "" && Date.parse(entry.happened) < Date.parse(this.#sealedAt) - LATE_MS_MAX)
        this.#fault(`entry ${place} (${entry.action}, ${entry.id}) says that it is older than it is`);
      digests.push(digest);
      this.entries += 1;
      expected = place + 1;
    }
    if (expected <= seal.lastSequence) this.#fault(`entries ${expected} to ${seal.lastSequence} are gone`);
    const { previous, chain, ...header } = seal;
    if (before === this.faults.length && !chainOf(previous, header, digests).equals(chain))
      this.#fault(`seal ${seal.number} does not fit its entries: it, or their digests, were written anew`);
  }

  #fault(what: string): void {
    this.faults.push(`Audit of tenant ${this.#tenantId}: ${what}.`);
  }
}
