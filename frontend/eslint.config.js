import { readdirSync } from "node:fs";
import js from "@eslint/js";
import reactHooks from "eslint-plugin-react-hooks";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

/** @param {string} room */
const foldersOf = (room) =>
  readdirSync(new URL(`src/${room}`, import.meta.url)).filter((name) => !name.startsWith("."));

/** Imports only go downwards. */
const rooms = ["app", "features", "entities", "ui", "lib"];
/** They never import each other. */
const features = foldersOf("features");
/** Each may import those after it, and none before it. */
const entities = [
  "billing-details",
  "catalogue",
  "subscription",
  "me",
  "invoice",
  "payment-method",
  "plan",
  "proof",
];
const unplaced = foldersOf("entities").filter((name) => !entities.includes(name));
if (unplaced.length > 0) throw new Error(`Which entities may these import: ${unplaced.join()}?`);

const TESTS = "**/*.test.{ts,tsx}";
/** @param {string} room */
const roomsAbove = (room) => rooms.slice(0, rooms.indexOf(room));

/**
 * Keeps a folder from importing from others, statically or lazily; its tests may use src/testing.
 *
 * @param {string} folder
 * @param {string[]} names
 */
function forbid(folder, names) {
  return [
    { files: [`${folder}/**/*.{ts,tsx}`], ignores: [TESTS], rules: without(["testing", ...names]) },
    { files: [`${folder}/${TESTS}`], rules: without(names) },
  ];
}

/** @param {string[]} names */
function without(names) {
  if (names.length === 0) return {};
  const message = "Imports run down only: see the rooms in eslint.config.js.";
  const path = String.raw`/(^|\u002f)(${names.join("|")})\u002f/`;
  return {
    "no-restricted-imports": [
      "error",
      { patterns: [{ group: names.map((name) => `**/${name}/**`), message }] },
    ],
    "no-restricted-syntax": [
      "error",
      { selector: `ImportExpression[source.value=${path}]`, message },
    ],
  };
}

const imports = [
  ...["app", "ui", "lib"].flatMap((room) => forbid(`src/${room}`, roomsAbove(room))),
  ...features.flatMap((name) =>
    forbid(`src/features/${name}`, [
      ...roomsAbove("features"),
      ...features.filter((other) => other !== name),
    ]),
  ),
  ...entities.flatMap((name, place) =>
    forbid(`src/entities/${name}`, [...roomsAbove("entities"), ...entities.slice(0, place)]),
  ),
];

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
  ...imports,
);
