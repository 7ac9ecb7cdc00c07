import type { ChargingAnswer, ChargingRequest } from "./charging-request.ts";

/** What became of a request within the time that it had. */
export type InTime =
  | { readonly kind: "answered"; readonly answer: ChargingAnswer }
  /** The database is away or too slow. `mayCommit`: it has the request, and may decide it all the same. */
  | { readonly kind: "away"; readonly mayCommit: boolean; readonly error: unknown }
  /** More is asked than can be decided in time: it was not given to the database, and never will be. */
  | { readonly kind: "busy" };

/** A request that waits for its decision. */
export interface Waiting {
  readonly request: ChargingRequest;
  /** Of its session. */
  readonly id: string;
  /** On the clock of `performance.now()`; without a deadline, which is infinite, it waits as long as it takes. */
  readonly arrivedMs: number;
  readonly deadlineMs: number;
  readonly resolve: (outcome: InTime) => void;
  readonly reject: (error: unknown) => void;
  /** The database has it. */
  isHanded: boolean;
  isSettled: boolean;
}

/** Calls that are up go before those that would begin; what only tidies up comes last. */
const RANKS = 3;
function rankOf(request: ChargingRequest): number {
  if (request.kind === "stop") return request.isGivenUp ? 2 : 0;
  return request.kind === "update" ? 1 : 2;
}

/** Requests in the order in which they came, of which those of calls that are up are taken first. */
export class WaitingRequests {
  #waiting: Waiting[] = [];
  /** How many wait of each rank. */
  #counts: number[] = Array.from({ length: RANKS }, () => 0);

  get size(): number {
    return this.#waiting.length;
  }

  /** How many would be taken before a request that comes now. */
  aheadOf(request: ChargingRequest): number {
    const rank = rankOf(request);
    return this.#counts.slice(0, rank + 1).reduce((sum, count) => sum + count, 0);
  }

  add(waiting: Waiting): void {
    this.#waiting.push(waiting);
    this.#count(waiting);
  }

  /** The next requests, one of a session and none of a `busy` one; they are busy from then on. */
  take(most: number, busy: Set<string>): readonly Waiting[] {
    const ranks: Waiting[][] = Array.from({ length: RANKS }, () => []);
    const met = new Set<string>();
    const stay: Waiting[] = []; // their sessions are busy
    for (const waiting of this.#waiting) {
      if (waiting.isSettled) continue;
      const { id } = waiting;
      // A session's requests keep their order, whatever their ranks.
      if (busy.has(id) || met.has(id)) stay.push(waiting);
      else ranks[rankOf(waiting.request)]?.push(waiting);
      met.add(id);
    }
    const taken = ranks.flat();
    const left = taken.splice(most);
    for (const { id } of taken) busy.add(id);
    this.#waiting = left.length === 0 ? stay : this.#inOrder(new Set([...stay, ...left]));
    this.#counts = this.#counts.map(() => 0);
    for (const waiting of this.#waiting) this.#count(waiting);
    return taken;
  }

  #inOrder(some: ReadonlySet<Waiting>): Waiting[] {
    return this.#waiting.filter((waiting) => some.has(waiting));
  }

  #count({ request }: Waiting): void {
    const rank = rankOf(request);
    this.#counts[rank] = (this.#counts[rank] ?? 0) + 1;
  }
}
