import createClient from "openapi-fetch";
import { ApiError, NetworkError } from "../errors/apiError";
import type { paths } from "./schema";

const API_URL = import.meta.env.VITE_API_URL ?? "";
const READS = new Set(["GET", "HEAD", "OPTIONS"]);

let csrfToken: string | null = null;

/** The token changes at every log-in: forget it then, and it is asked for again. */
export function forgetCsrfToken(): void {
  csrfToken = null;
}

async function freshCsrfToken(): Promise<string> {
  const answer = await send(new Request(url("/api/v1/auth/csrf/"), { credentials: "include" }));
  const body = (await answer.json()) as { csrf_token: string };
  return body.csrf_token;
}

function url(path: string): string {
  return new URL(path, API_URL || window.location.origin).toString();
}

async function send(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch {
    throw new NetworkError();
  }
}

async function isCsrfFailure(answer: Response): Promise<boolean> {
  if (answer.status !== 403) return false;
  const body = (await answer.clone().json()) as { errors?: { code?: string }[] };
  return body.errors?.[0]?.code === "csrf_failed";
}

/** Sends writes with the CSRF token; once more with a fresh one if that had changed. */
async function fetchWithCsrf(request: Request): Promise<Response> {
  if (READS.has(request.method)) return send(request);
  const again = request.clone();
  csrfToken ??= await freshCsrfToken();
  request.headers.set("X-CSRFToken", csrfToken);
  const answer = await send(request);
  if (!(await isCsrfFailure(answer))) return answer;
  csrfToken = await freshCsrfToken();
  again.headers.set("X-CSRFToken", csrfToken);
  return send(again);
}

export const api = createClient<paths>({
  baseUrl: API_URL || window.location.origin,
  credentials: "include",
  fetch: fetchWithCsrf,
});

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The answer's body, or an ApiError that says what is wrong. */
export async function unwrap<T>(answer: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await answer;
  if (response.ok) return data as T;
  throw ApiError.from(response.status, error);
}
