/** What runs by the clock, here and in the cloud: a body for `nightly`, at times in UTC. */
export interface Schedule {
  /** Five fields, as Cloud Scheduler takes them. */
  cron: string;
  body: Readonly<Record<string, string>>;
}

export const SCHEDULES: Readonly<Record<string, Schedule>> = {
  // Everything that is to be built at night; what the day before sent late is in by then.
  nightly: { cron: '0 2 * * *', body: {} },
  // What was missed and what is late, every hour, off the hour, when everybody else's schedules fire.
  sweep: { cron: '30 * * * *', body: { only: 'sweep' } },
};
