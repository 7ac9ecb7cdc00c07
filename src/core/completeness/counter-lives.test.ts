import { expect, test } from "vitest";
import { splitLives } from "./counter-lives.ts";

const run = (at: number, first: number, last = first) => ({ at, first, last });

test.each<[ReturnType<typeof run>[], number[], string]>([
  // runs                                      pieces a life  why
  [[run(1, 0, 400), run(2, 401, 900)], [2], "it goes on"],
  [[run(2, 401, 900), run(1, 0, 400)], [2], "the order of arrival does not matter"],
  [[run(1, 0, 900), run(2, 0, 400)], [1, 1], "the switch was started again"],
  [[run(1, 500, 900), run(2, 450, 480), run(3, 901)], [3], "a long call, written late"],
  [[run(1, 0, 60), run(2, 0, 20)], [2], "too short to tell: nothing is invented"],
])("%j: lives of %j (%s)", (runs, sizes) => {
  expect(splitLives(runs).map((life) => life.length)).toEqual(sizes);
});
