import { m } from "../messages";

export interface FieldError {
  code: string;
  detail: string;
  attr: string | null;
}

/** What the API refused: `{type, errors, state}`, or django-allauth's `{status, errors}`. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly errors: readonly FieldError[],
    readonly state: string | null = null,
  ) {
    super(errors[0]?.detail ?? `HTTP ${status}`);
    this.name = "ApiError";
  }

  static from({ status, headers }: Pick<Response, "status" | "headers">, body: unknown): ApiError {
    if (status === 429) return ApiError.throttled(headers.get("Retry-After"));
    const envelope = isRecord(body) ? body : {};
    const rows: unknown[] = Array.isArray(envelope.errors) ? envelope.errors : [];
    const state = typeof envelope.state === "string" ? envelope.state : null;
    return new ApiError(status, rows.filter(isRecord).map(fieldError), state);
  }

  private static throttled(seconds: string | null): ApiError {
    const detail = m.errors.tooMany(Number(seconds));
    return new ApiError(429, [{ code: "throttled", detail, attr: null }]);
  }

  has(code: string): boolean {
    return this.errors.some((error) => error.code === code);
  }
}

/** No answer came: offline, or the server is down. Whether the request was done is unknown. */
export class NetworkError extends Error {
  constructor() {
    super("No answer from the server.");
    this.name = "NetworkError";
  }
}

/** The errors of known fields, for a form's `setErrors`; and the details of all others. */
export function splitErrors(
  error: ApiError,
  fields: readonly string[],
): { byField: Record<string, string>; general: string[] } {
  const byField: Record<string, string> = {};
  const general: string[] = [];
  for (const { attr, detail } of error.errors) {
    if (attr && fields.includes(attr)) byField[attr] ??= detail;
    else general.push(detail);
  }
  return { byField, general };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** The sentence is the catalogue's for this code, or else the API's own. */
function fieldError(row: Record<string, unknown>): FieldError {
  const attr = row.attr ?? row.param;
  const code = String(row.code);
  return {
    code,
    detail: m.codes[code] ?? String(row.detail ?? row.message),
    attr: typeof attr === "string" ? attr : null,
  };
}
