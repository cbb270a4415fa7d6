import { defineConfig } from "@playwright/test";

const DESK = /desk\.spec\.ts/;
const QUEUE = /the whole queue/;
/** What differs by width; `make check` runs all of it at both. */
const BY_WIDTH = process.env.THOROUGH ? /./ : /to pending|Urdu|signs up, pays/;
const DESKTOP = { viewport: { width: 1280, height: 900 } };
const executablePath = process.env.CHROMIUM_PATH;

/** Runs against a running app (`make test` starts one): E2E_BASE_URL is the web app's URL. */
export default defineConfig({
  testDir: "e2e",
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  reporter: "list",
  timeout: 90_000,
  expect: { timeout: 15_000 }, // for slow machines
  workers: 3, // they wait for the server half of the time
  use: {
    baseURL: process.env.E2E_BASE_URL ?? "http://localhost:5173",
    screenshot: "only-on-failure", // traces take a third more time: --trace on
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
    { name: "desk", testMatch: DESK, grepInvert: QUEUE, use: DESKTOP },
    { name: "desktop", testIgnore: DESK, use: DESKTOP },
    {
      name: "phone",
      testIgnore: DESK,
      grep: BY_WIDTH,
      use: { viewport: { width: 375, height: 740 }, hasTouch: true },
    },
    // Runs last: it empties the whole queue.
    {
      name: "queue",
      testMatch: DESK,
      grep: QUEUE,
      dependencies: ["desk", "desktop", "phone"],
      use: DESKTOP,
    },
  ],
});
