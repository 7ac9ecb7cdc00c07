/** What a tenant asks of its people. */
export interface LogInSettings {
  /** Who has no second factor can do nothing but set one up. */
  readonly secondFactorRequired: boolean;
  /** Seconds after which a session that is not used is over. */
  readonly sessionIdleS: number;
  /** Seconds after the log-in at which it is over whatever happens. */
  readonly sessionS: number;
}

const [HOUR_S, DAY_S] = [3_600, 86_400];

/** What holds as long as a tenant has set nothing. */
export const INITIAL_LOG_IN_SETTINGS: LogInSettings = {
  secondFactorRequired: false,
  sessionIdleS: 12 * HOUR_S,
  sessionS: 7 * DAY_S,
};
