/** The command was used wrongly, or a declaration is wrong: exit status 2. */
export class UsageError extends Error {}

/** The command was right and what it asked for failed: exit status 1. */
export class FailedError extends Error {}
