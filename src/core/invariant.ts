/** A bug: something the code promises did not hold. Never caught to go on with wrong money; it ends the request. */
export class InvariantBroken extends Error {
  override readonly name = "InvariantBroken";
}

/**
 * Throws {@link InvariantBroken} unless `condition` holds. For broken promises of our own code, never for bad input.
 */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantBroken(message);
}
