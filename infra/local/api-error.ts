/** An answer that Google's services give instead of a result; the HTTP and gRPC edges translate it. */

/** google.rpc.Code names, with the gRPC number and the HTTP status that Google maps each to. Source: google/rpc/code.proto. */
export const RPC_CODES = {
  CANCELLED: [1, 499],
  UNKNOWN: [2, 500],
  INVALID_ARGUMENT: [3, 400],
  DEADLINE_EXCEEDED: [4, 504],
  NOT_FOUND: [5, 404],
  ALREADY_EXISTS: [6, 409],
  PERMISSION_DENIED: [7, 403],
  RESOURCE_EXHAUSTED: [8, 429],
  FAILED_PRECONDITION: [9, 400],
  ABORTED: [10, 409],
  OUT_OF_RANGE: [11, 400],
  UNIMPLEMENTED: [12, 501],
  INTERNAL: [13, 500],
  UNAVAILABLE: [14, 503],
  UNAUTHENTICATED: [16, 401],
} as const;

export type RpcCode = keyof typeof RPC_CODES;

export interface ApiErrorDetail {
  /** BigQuery's and Storage's machine-readable reason, such as `notFound`, `conditionNotMet`, `invalidQuery`. */
  reason: string;
  message: string;
  domain?: string;
  location?: string;
  locationType?: string;
}

export class ApiError extends Error {
  readonly code: RpcCode;
  /** Overrides the status that the code maps to (Storage answers 412 and 416, which google.rpc.Code lacks). */
  readonly httpStatus: number;
  readonly details: ApiErrorDetail[];

  constructor(
    code: RpcCode,
    message: string,
    options: { httpStatus?: number; reason?: string; detail?: Partial<ApiErrorDetail> } = {},
  ) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.httpStatus = options.httpStatus ?? RPC_CODES[code][1];
    this.details = [
      {
        domain: 'global',
        reason: options.reason ?? DEFAULT_REASONS[code] ?? 'backendError',
        message,
        ...options.detail,
      },
    ];
  }
}

const DEFAULT_REASONS: Partial<Record<RpcCode, string>> = {
  INVALID_ARGUMENT: 'invalid',
  NOT_FOUND: 'notFound',
  ALREADY_EXISTS: 'duplicate',
  PERMISSION_DENIED: 'forbidden',
  RESOURCE_EXHAUSTED: 'rateLimitExceeded',
  FAILED_PRECONDITION: 'failedPrecondition',
  UNIMPLEMENTED: 'notImplemented',
  UNAUTHENTICATED: 'required',
};

/** Google's JSON error body, as Storage and BigQuery (errors[]) and the gRPC-backed services (status) word it. */
export function errorBody(error: ApiError): object {
  return {
    error: { code: error.httpStatus, message: error.message, errors: error.details, status: error.code },
  };
}
