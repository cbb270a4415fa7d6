import { ApiError } from "../errors/apiError";

/** The part of allauth's addresses that says who asks: a browser, by its cookies. */
export const BROWSER = { path: { client: "browser" } } as const;

/** allauth answers 401 where the act is done but nobody is logged in, 409 where somebody is. */
export async function tolerate(status: number, answer: Promise<unknown>): Promise<void> {
  try {
    await answer;
  } catch (error) {
    if (!(error instanceof ApiError && error.status === status)) throw error;
  }
}
