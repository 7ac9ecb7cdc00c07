/**
 * invited: has no password yet · active · locked: logs in again once a new password is set by mail · disabled: not
 * before somebody lets them in again.
 */
export const USER_STATES = ["invited", "active", "locked", "disabled"] as const;
export type UserState = (typeof USER_STATES)[number];

const NAME_CHARACTERS_MAX = 100;

/** What is wrong with a person's name, as a sentence; null: nothing. */
export const userNameFault = (name: string): string | null =>
  /^[^\p{Cc}\p{Cs}]+$/u.test(name) && name === name.trim() && [...name].length <= NAME_CHARACTERS_MAX
    ? null
    : `A name has 1 to ${NAME_CHARACTERS_MAX} characters, none of them a control character, and no space at its ends.`;

/** What is wrong with a language; null: nothing. Source: BCP 47, of which as much as names a language and a region. */
export const languageFault = (language: string): string | null =>
  /^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/.test(language) ? null : `"${language}" is no language such as en or pt-BR.`;
