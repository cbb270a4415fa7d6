import createClient from "openapi-fetch";
import { ApiError, NetworkError } from "../errors/apiError";
import { language } from "../messages";
import type { paths } from "./schema";

const API_URL = import.meta.env.VITE_API_URL ?? "";
const CSRF_HEADER = "X-CSRFToken";
const LANGUAGE_HEADER = "Accept-Language"; // refusals come in the language of the page
const READS = new Set(["GET", "HEAD", "OPTIONS"]);
const ANSWERS_WITHIN = 60_000; // milliseconds; some networks drop everything and never fail

let csrfToken: string | null = null;

/** The token changes at every sign-in: forget it then, and fetch it again. */
export function forgetCsrfToken(): void {
  csrfToken = null;
}

async function freshCsrfToken(): Promise<string> {
  const answer = await send(new Request(url("/api/v1/auth/csrf/"), { credentials: "include" }));
  const body: unknown = await answer.json().catch(() => null);
  const token = (body as { csrf_token?: unknown } | null)?.csrf_token;
  if (answer.ok && typeof token === "string") return token;
  throw ApiError.from(answer, body);
}

/** A URL of the API, whatever its origin. */
export function url(path: string): string {
  return new URL(path, API_URL || window.location.origin).toString();
}

async function send(request: Request): Promise<Response> {
  request.headers.set(LANGUAGE_HEADER, language);
  try {
    return await fetch(request, { signal: AbortSignal.timeout(ANSWERS_WITHIN) });
  } catch {
    throw new NetworkError();
  }
}

async function isCsrfFailure(answer: Response): Promise<boolean> {
  if (answer.status !== 403) return false;
  const body: unknown = await answer
    .clone()
    .json()
    .catch(() => null); // an error page of a proxy
  return ApiError.from(answer, body).has("csrf_failed");
}

/** Sends a write with the CSRF token; retries once with a new token if it had changed. */
async function withCsrfToken(write: (token: string) => Promise<Response>): Promise<Response> {
  csrfToken ??= await freshCsrfToken();
  const answer = await write(csrfToken);
  if (!(await isCsrfFailure(answer))) return answer;
  csrfToken = await freshCsrfToken();
  return write(csrfToken);
}

function sendRequest(request: Request): Promise<Response> {
  if (READS.has(request.method)) return send(request);
  return withCsrfToken((token) => {
    const attempt = request.clone();
    attempt.headers.set(CSRF_HEADER, token);
    return send(attempt);
  });
}

/** Checks whether a file is available, without downloading it. */
export async function requireThere(path: string): Promise<void> {
  const answer = await send(new Request(url(path), { method: "HEAD", credentials: "include" }));
  if (!answer.ok) throw ApiError.from(answer, null);
}

/**
 * Sends a form with a file; `fetch` can't report upload progress.
 *
 * @param onProgress called with the share sent so far, 0 to 1.
 */
export async function upload<T>(
  path: string,
  form: FormData,
  headers: Record<string, string>,
  onProgress: (share: number) => void,
): Promise<T> {
  const answer = await withCsrfToken((token) =>
    sendForm(
      path,
      form,
      { ...headers, [CSRF_HEADER]: token, [LANGUAGE_HEADER]: language },
      onProgress,
    ),
  );
  const body: unknown = await answer.json().catch(() => null);
  if (answer.ok) return body as T;
  throw ApiError.from(answer, body);
}

function sendForm(
  path: string,
  form: FormData,
  headers: Record<string, string>,
  onProgress: (share: number) => void,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url(path));
    request.withCredentials = true;
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    let stalled = setTimeout(() => undefined);
    const expectMore = () => {
      clearTimeout(stalled);
      stalled = setTimeout(() => {
        request.abort();
      }, ANSWERS_WITHIN);
    };
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      expectMore();
      onProgress(total ? loaded / total : 0);
    });
    request.addEventListener("load", () => {
      const wait = request.getResponseHeader("Retry-After");
      const headers = wait ? { "Retry-After": wait } : {};
      resolve(new Response(request.responseText, { status: request.status, headers }));
    });
    for (const end of ["error", "abort"]) {
      request.addEventListener(end, () => {
        reject(new NetworkError());
      });
    }
    request.addEventListener("loadend", () => {
      clearTimeout(stalled);
    });
    expectMore();
    request.send(form);
  });
}

export const api = createClient<paths>({
  baseUrl: API_URL || window.location.origin,
  credentials: "include",
  fetch: sendRequest,
});

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** Returns the response's body, or throws an ApiError that says what is wrong. */
export async function unwrap<T>(answer: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await answer;
  if (response.ok) return data as T;
  throw ApiError.from(response, error);
}
