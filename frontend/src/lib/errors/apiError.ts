import { m } from "../messages";

export interface FieldError {
  code: string;
  detail: string;
  attr: string | null;
}

/** An API error: `{type, errors, state, invoice_id}`, or django-allauth's `{status, errors}`. */
export class ApiError extends Error {
  /** @param errors at least one: a form shows nothing else. */
  constructor(
    readonly status: number,
    readonly errors: readonly [FieldError, ...FieldError[]],
    readonly state: string | null = null,
    /** The invoice to pay first: the account is suspended. */
    readonly invoiceId: number | null = null,
  ) {
    super(errors[0].detail);
    this.name = "ApiError";
  }

  static from({ status, headers }: Pick<Response, "status" | "headers">, body: unknown): ApiError {
    const envelope = isRecord(body) ? body : {};
    const rows: unknown[] = Array.isArray(envelope.errors) ? envelope.errors : [];
    if (status === 429 && !rows.some(saysWhatToDo)) {
      return ApiError.throttled(headers.get("Retry-After"));
    }
    const state = typeof envelope.state === "string" ? envelope.state : null;
    const [first = {}, ...others] = rows.filter(isRecord);
    const read = (row: Record<string, unknown>) => fieldError(row, status);
    const invoice = typeof envelope.invoice_id === "number" ? envelope.invoice_id : null;
    return new ApiError(status, [read(first), ...others.map(read)], state, invoice);
  }

  private static throttled(seconds: string | null): ApiError {
    const detail = m.errors.tooMany(Number(seconds) || 0);
    return new ApiError(429, [{ code: "throttled", detail, attr: null }]);
  }

  has(code: string): boolean {
    return this.errors.some((error) => error.code === code);
  }
}

/** No response: offline, or the server is down. The request may or may not have been done. */
export class NetworkError extends Error {
  constructor() {
    super(navigator.onLine ? m.errors.noAnswer : m.errors.offline);
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

/** A limit with a workaround, and so its own message. */
function saysWhatToDo(row: unknown): boolean {
  return isRecord(row) && row.code === "proof_limit_reached";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** The message is the catalogue's for this code, or else the API's own, or the status's. */
function fieldError(row: Record<string, unknown>, status: number): FieldError {
  const attr = row.attr ?? row.param;
  const code = String(row.code);
  const own = row.detail ?? row.message;
  return {
    code,
    detail: m.codes[code] ?? (typeof own === "string" && own ? own : m.errors.byStatus(status)),
    attr: typeof attr === "string" ? attr : null,
  };
}
