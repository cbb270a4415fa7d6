/// <reference types="vitest/config" />
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const port = Number(process.env.WEB_PORT ?? 5173);
const api = process.env.API_ORIGIN ?? "http://localhost:8011";
const server = {
  port,
  strictPort: true,
  proxy: Object.fromEntries(["/api", "/_allauth", "/admin", "/static"].map((path) => [path, api])),
};

export default defineConfig({
  plugins: [react()],
  server,
  preview: server,
  test: {
    environment: "jsdom",
    environmentOptions: { jsdom: { url: "http://localhost:5173" } },
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/testing/setup.ts"],
    restoreMocks: true,
  },
});
