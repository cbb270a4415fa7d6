import { defineConfig } from "@playwright/test";

const DESK = /desk\.spec\.ts/;
const executablePath = process.env.CHROMIUM_PATH;

/** Against a running app (`make test` starts one): E2E_BASE_URL is the web app's address. */
export default defineConfig({
  testDir: "e2e",
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  reporter: "list",
  timeout: 90_000,
  expect: { timeout: 15_000 }, // machines differ
  workers: 2,
  use: {
    baseURL: process.env.E2E_BASE_URL ?? "http://localhost:5173",
    screenshot: "only-on-failure", // a trace costs a third more time: --trace on
    locale: "en-GB",
    launchOptions: {
      ...(executablePath && { executablePath }),
      args: [
        "--no-sandbox",
        "--disable-quic",
        "--disable-background-networking",
        "--no-first-run",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [
    { name: "desktop", testIgnore: DESK, use: { viewport: { width: 1280, height: 900 } } },
    {
      name: "phone",
      testIgnore: DESK,
      use: { viewport: { width: 375, height: 740 }, hasTouch: true },
    },
    // The last: it works off everything that waits.
    {
      name: "desk",
      testMatch: DESK,
      dependencies: ["desktop", "phone"],
      use: { viewport: { width: 1280, height: 900 } },
    },
  ],
});
