import { keyAfter, type PageRequest } from "./page.ts";
import { cursorInvalid } from "./problems.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The id of the last row of the page before, where a list goes by ids alone; null: the list begins. Errors: Problem
 * `cursor-invalid`.
 */
export function idAfter(request: PageRequest, order: string): string | null {
  const [id = null] = keyAfter(request, order, 1) ?? [];
  if (id !== null && !UUID.test(id)) throw cursorInvalid();
  return id;
}
