import { useQuery } from "@tanstack/react-query";
import { ApiError } from "../errors/apiError";
import { api, unwrap } from "./client";
import { pollEvery } from "./polling";
import type { Me } from "./types";

export const ME = ["me"] as const;
/** Who is logged in and where the account stands; null for a visitor. */
export function useMe() {
  return useQuery({
    queryKey: ME,
    queryFn: fetchMe,
    refetchInterval: (query) => pollEvery(query.state.data?.open_invoice),
    refetchOnWindowFocus: "always",
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
