import { ApiError } from "../errors/apiError";

/** The part of allauth's URLs for browsers, which use cookies. */
export const BROWSER = { path: { client: "browser" } } as const;

/** allauth answers 401 if it worked but nobody is signed in, 409 if somebody is. */
export async function tolerate(status: number, answer: Promise<unknown>): Promise<void> {
  try {
    await answer;
  } catch (error) {
    if (!(error instanceof ApiError && error.status === status)) throw error;
  }
}
