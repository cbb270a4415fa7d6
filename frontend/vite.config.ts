/// <reference types="vitest/config" />
import { readFileSync } from "node:fs";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const port = Number(process.env.WEB_PORT ?? 5173);
const api = process.env.API_ORIGIN ?? "http://localhost:8011";
/** nginx's headers for every page, so that tests and production serve the same. */
function nginxHeaders(): Record<string, string> {
  const template = readFileSync(new URL("nginx.conf.template", import.meta.url), "utf-8");
  const constant = /^ {4}add_header (\S+) "(.+)" always;$/gm;
  const found = [...template.matchAll(constant)];
  return Object.fromEntries(found.map(([, name = "", value = ""]) => [name, value]));
}

const VENDOR =
  /node_modules\/(react|react-dom|scheduler|react-router|@tanstack|openapi-fetch|clsx)\//;
const TESTS = "src/**/*.test.{ts,tsx}";
const ALONE = "src/features/confirm-payment/receipt.test.tsx";
const server = {
  port,
  strictPort: true,
  proxy: Object.fromEntries(["/api", "/_allauth", "/admin", "/static"].map((path) => [path, api])),
};

export default defineConfig(({ isPreview }) => ({
  plugins: [react()],
  server,
  preview: { ...server, headers: isPreview ? nginxHeaders() : {} },
  build: {
    rolldownOptions: {
      output: {
        // Code that every page needs is in few files: each one costs a phone a round trip.
        advancedChunks: {
          groups: [
            { name: "vendor", test: VENDOR, priority: 2 },
            { name: "ui", test: /node_modules\/@mantine\//, minShareCount: 7, priority: 1 },
            { name: "shared", test: /src\/(lib|ui|entities)\//, minShareCount: 4 },
          ],
        },
      },
    },
  },
  test: {
    environment: "jsdom",
    environmentOptions: { jsdom: { url: "http://localhost:5173" } },
    setupFiles: ["src/testing/setup.ts"],
    restoreMocks: true,
    testTimeout: 120_000,
    pool: "threads",
    // Loading the app takes most of the time: files share it, but for those that replace a module.
    projects: [
      {
        extends: true,
        test: { name: "together", isolate: false, include: [TESTS], exclude: [ALONE] },
      },
      { extends: true, test: { name: "alone", include: [ALONE] } },
    ],
  },
}));
