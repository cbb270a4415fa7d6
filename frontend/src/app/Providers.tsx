import { DirectionProvider, MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
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

export function Providers({ children }: { children: ReactNode }) {
  const [client] = useState(
    () =>
      new QueryClient({
        defaultOptions: {
          queries: { retry: isWorthRetrying, networkMode, refetchOnReconnect: true },
          mutations: { networkMode },
        },
      }),
  );
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
