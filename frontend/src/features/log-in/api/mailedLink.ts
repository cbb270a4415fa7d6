import { unwrap } from "../../../lib/api/client";
import { ApiError } from "../../../lib/errors/apiError";
import { m } from "../../../lib/messages";

export const ASKED_ONCE = { staleTime: Infinity, refetchOnWindowFocus: false } as const;

interface Link<T> {
  data?: T;
  /** Why it can't be used any more. */
  refusal?: string;
}

/** @param key is sent in a header: what can't be in one was never a key of ours. */
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

/** Whether a link is at fault, and not what was typed or the network. */
export function isRefusedLink(error: unknown): error is ApiError {
  if (!(error instanceof ApiError)) return false;
  return error.status === 409 || error.errors.some(({ attr }) => attr === "key");
}
