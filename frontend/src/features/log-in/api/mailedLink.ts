import { unwrap } from "../../../lib/api/client";
import { ApiError } from "../../../lib/errors/apiError";
import { m } from "../../../lib/messages";

export const ASKED_ONCE = { staleTime: Infinity, refetchOnWindowFocus: false } as const;

interface Link<T> {
  data?: T;
  /** Why it doesn't work any more. */
  refusal?: string;
}

/** @param key sent in a header; a value that doesn't fit into a header isn't one of our keys. */
export async function stateOfLink<T>(
  key: string,
  ask: () => Parameters<typeof unwrap<T>>[0],
): Promise<Link<T>> {
  if (!/^[\x21-\x7e]+$/.test(key)) return { refusal: m.session.linkBroken };
  try {
    return { data: await unwrap(ask()) };
  } catch (error) {
    if (isRefusedLink(error)) return { refusal: error.message };
    throw error;
  }
}

/** Whether the link is the problem, and not the input or the network. */
export function isRefusedLink(error: unknown): error is ApiError {
  if (!(error instanceof ApiError)) return false;
  return error.status === 409 || error.errors.some(({ attr }) => attr === "key");
}
