import { DirectionProvider, MantineProvider } from "@mantine/core";
import { MutationCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { queryKeys } from "../lib/api/keys";
import { ApiError } from "../lib/errors/apiError";
import { language, LANGUAGES } from "../lib/messages";
import { theme } from "./theme";

const MAX_RETRIES = 2;

/** Retries only network failures and server errors, not rejected requests. */
function isWorthRetrying(failures: number, error: Error): boolean {
  const isRefusal = error instanceof ApiError && error.status < 500;
  return !isRefusal && navigator.onLine && failures < MAX_RETRIES;
}

/** Offline, a request fails at once with a message; otherwise it would wait silently. */
const networkMode = "always";

/** Responses are cached in memory; every page learns at once that the account is suspended. */
function newClient(): QueryClient {
  const client = new QueryClient({
    defaultOptions: {
      queries: { retry: isWorthRetrying, networkMode, refetchOnReconnect: true },
      mutations: { networkMode },
    },
    mutationCache: new MutationCache({
      onError: async (error) => {
        if (!(error instanceof ApiError && error.has("account_suspended"))) return;
        await Promise.all(
          [queryKeys.me, queryKeys.subscription].map((queryKey) =>
            client.invalidateQueries({ queryKey }),
          ),
        );
      },
    }),
  });
  return client;
}

export function Providers({ children }: { children: ReactNode }) {
  const [client] = useState(newClient);
  return (
    <DirectionProvider initialDirection={LANGUAGES[language].dir} detectDirection={false}>
      <MantineProvider
        theme={theme}
        withCssVariables={false} // applyTheme() sets them
        withGlobalClasses={false} // app.css has the ones in use
        defaultColorScheme="auto"
        env={import.meta.env.MODE === "test" ? "test" : "default"}
      >
        <QueryClientProvider client={client}>{children}</QueryClientProvider>
      </MantineProvider>
    </DirectionProvider>
  );
}
