import js from "@eslint/js";
import reactHooks from "eslint-plugin-react-hooks";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

const features = ["account", "payment", "session", "signup"];

/** Imports run down only: app → features → components, lib; features never import each other. */
const rooms = [
  { room: "src/lib", forbidden: ["**/app/**", "**/features/**", "**/components/**"] },
  { room: "src/components", forbidden: ["**/app/**", "**/features/**"] },
  ...features.map((name) => ({
    room: `src/features/${name}`,
    forbidden: [
      "**/app/**",
      ...features
        .filter((other) => other !== name)
        .flatMap((other) => [`../${other}/**`, `../../${other}/**`]),
    ],
  })),
].map(({ room, forbidden }) => ({
  files: [`${room}/**/*.{ts,tsx}`],
  rules: { "no-restricted-imports": ["error", { patterns: [{ group: forbidden }] }] },
}));

export default defineConfig(
  globalIgnores([
    "dist",
    "playwright-report",
    "test-results",
    "lighthouse",
    "src/lib/api/schema.d.ts",
  ]),
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  reactHooks.configs.flat["recommended-latest"],
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ["eslint.config.js"] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "@typescript-eslint/consistent-type-definitions": ["error", "interface"],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "no-restricted-globals": [
        "error",
        { name: "fetch", message: "Only lib/api talks to the network." },
      ],
    },
  },
  { files: ["src/lib/api/**"], rules: { "no-restricted-globals": "off" } },
  {
    files: ["benchmarks/**"],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {
      globals: { console: "readonly", fetch: "readonly", process: "readonly", URL: "readonly" },
    },
    rules: { "no-restricted-globals": "off" },
  },
  ...rooms,
);
