/** "1 file", "2 files"; `plural` where it takes more than an s. */
export const counted = (count: number, singular: string, plural = `${singular}s`): string =>
  `${count} ${count === 1 ? singular : plural}`;
