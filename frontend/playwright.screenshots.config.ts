import { defineConfig } from "@playwright/test";
import tests from "./playwright.config";

/** `make screenshots`: every page and state, at desktop and phone width, to docs/screenshots. */
export default defineConfig(tests, {
  testDir: "screenshots",
  use: { trace: "off", reducedMotion: "reduce" } as object,
});
