import { useQuery } from "@tanstack/react-query";
import { ApiError } from "../errors/apiError";
import { api, unwrap } from "./client";
import type { Me } from "./types";

export const ME = ["me"] as const;
const WHILE_WAITING = 15_000; // milliseconds

/** Who is logged in and where the account stands; null for a visitor. */
export function useMe() {
  return useQuery({
    queryKey: ME,
    queryFn: fetchMe,
    refetchInterval: (query) => (query.state.data?.open_invoice ? WHILE_WAITING : false),
  });
}

async function fetchMe(): Promise<Me | null> {
  try {
    return await unwrap(api.GET("/api/v1/auth/me/"));
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}
