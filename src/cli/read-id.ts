import { inputRefused } from "./input.ts";

/** An id as lists show it. */
export function readId(text: string): string {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text))
    throw inputRefused("Give an id as lists show it, such as 0198c1f2-7d3a-7c41-9a55-0c3f6c1b2d3e.");
  return text;
}
