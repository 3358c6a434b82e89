/** The command was used wrongly, or a declaration is wrong: exit status 2. */
export class UsageError extends Error {}

/** Declarations are wrong: the message has every problem, a line each, and places that editors open. */
export class DeclarationError extends UsageError {}

/** The command was right and what it asked for failed: exit status 1. */
export class FailedError extends Error {}

/** A service answered with an error of its own. */
export class ServiceError extends FailedError {
  readonly status: number;
  /** The service's own word for it, such as NOT_FOUND or invalidQuery. */
  readonly code: string | undefined;

  constructor(message: string, status: number, code: string | undefined) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Nobody listens there, or the connection broke. */
export class UnreachableError extends FailedError {
  /** The request never arrived, so it may be sent again whatever it does. */
  readonly refused: boolean;

  constructor(message: string, options: { refused: boolean; cause: unknown }) {
    super(message, { cause: options.cause });
    this.refused = options.refused;
  }
}

/** Everything is said already; what is left to tell is the exit status. */
export class ExitError extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`exit status ${status}`);
    this.status = status;
  }
}
