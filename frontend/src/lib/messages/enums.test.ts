import { readdirSync, readFileSync } from "node:fs";
import { load } from "js-yaml";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LANGUAGES, m, startLanguage, type Language } from ".";

/* The web app has words, in every language, for everything that the API can say. */

interface Example {
  value?: { errors?: { code: string; detail?: string; message?: string }[] };
}

interface Response {
  $ref?: string;
  content?: Record<string, { examples?: Record<string, Example & { $ref?: string }> }>;
}

interface Operation {
  responses?: Record<string, Response>;
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: Record<string, { enum?: string[] }>;
    examples: Record<string, Example>;
    responses: Record<string, Response>;
  };
}

const api = load(readFileSync("../docs/openapi.yaml", "utf-8")) as Document;
const enums = Object.entries(api.components.schemas).flatMap(([name, schema]) =>
  schema.enum ? [[name, schema.enum] as const] : [],
);

/** The words for the values of each enum that a page shows. */
const WORDS: Record<string, () => Partial<Record<string, string>>> = {
  AccountStatus: () => m.dashboard.statuses,
  CreditKind: () => m.credits.kinds,
  ComingStepName: () => m.coming.steps,
  InvoiceKind: () => m.invoice.kinds,
  InvoicePaymentState: () => m.invoice.states,
  LatePaymentEnum: () => m.stage.pausedDays,
  Language: () =>
    Object.fromEntries(Object.entries(LANGUAGES).map(([code, { name }]) => [code, name])),
  PaymentStatus: () => m.history.states,
  PlanInterval: () => m.plan.intervals,
  ProofRefusalCode: () => m.proof.refusals,
  SubscriptionStage: () => m.yourPlan.stages,
};

/** Enums whose values no page shows, with what is shown instead. */
const NOT_SHOWN: Record<string, string> = {
  ActorEnum: "a history of the desk",
  ChangeCredit: "the API says it in words",
  CreditsAtRenewal: "the API says it in words",
  ClosedStatusEnum: "the page after closing has one text",
  EventName: "a history shows the state that an event leads to",
  InvoiceBecomesEnum: "what a reversal at the desk asks for",
  InvoiceStatus: "InvoicePaymentState",
  LogInAuthenticatorType: "the code is typed in, whatever it comes from",
  LogInStatusOK: "a number",
  PaymentMethodKind: "a picture beside the method's own name",
  ProofState: "a sentence of its own beside the file",
  SubscriptionStatus: "AccountStatus",
  UserRole: "an owner's forms are there or not",
};

/** URLs of the desk: only admins read their errors, in English. */
const DESK = /^\/api\/v1\/billing\/admin\/(?!payment-methods|payments\/confirm)/;

function resolve(answer: Response): Response {
  const name = answer.$ref?.split("/").at(-1);
  return name ? (api.components.responses[name] ?? {}) : answer;
}

function examplesOf(answer: Response): Example[] {
  return Object.values(resolve(answer).content ?? {}).flatMap(({ examples = {} }) =>
    Object.values(examples).map((example) => {
      const name = example.$ref?.split("/").at(-1);
      return name ? (api.components.examples[name] ?? {}) : example;
    }),
  );
}

/** Every error code that a customer or a visitor can get, with the API's own message. */
function errorsForCustomers(): Map<string, string> {
  const answers = Object.entries(api.paths)
    .filter(([path]) => !DESK.test(path))
    .flatMap(([, operations]) => Object.values(operations))
    .flatMap(({ responses = {} }) => Object.values(responses));
  const errors = answers.flatMap(examplesOf).flatMap(({ value }) => value?.errors ?? []);
  return new Map(
    errors
      .filter(({ code }) => code)
      .map(({ code, detail, message }) => [code, detail ?? message ?? ""]),
  );
}

/** The codes of refusals: the API words them in every language, as `test_refusal_words.py` holds. */
function refusals(): Set<string | undefined> {
  const backend = "../backend/igny8_core";
  const files = readdirSync(backend, { recursive: true, encoding: "utf-8" });
  const sources = files
    .filter((name) => name.endsWith(".py"))
    .map((name) => readFileSync(`${backend}/${name}`, "utf-8"));
  const codes = sources.flatMap((text) => [...text.matchAll(/^ {4}code = "(\w+)"$/gm)]);
  return new Set(codes.map(([, code]) => code));
}

afterEach(() => startLanguage("en"));

it("every enum of the API is shown in words, or not at all", () => {
  const known = [...Object.keys(WORDS), ...Object.keys(NOT_SHOWN)];
  expect(known.sort()).toEqual(enums.map(([name]) => name).sort());
});

describe.each(Object.keys(LANGUAGES) as Language[])("in %s", (language) => {
  beforeEach(() => startLanguage(language));

  it.each(enums.filter(([name]) => name in WORDS))(
    "%s has words for each value",
    (name, values) => {
      const words = WORDS[name]?.() ?? {};
      for (const value of values) {
        expect(words[value], value).toMatch(/\S/);
        expect(words[value], value).not.toBe(value);
      }
      expect(new Set(values.map((value) => words[value])).size).toBe(values.length);
    },
  );

  it("every error code has words", () => {
    const errors = errorsForCustomers();
    expect(errors.size).toBeGreaterThan(40);
    const worded = refusals();
    expect(worded.size).toBeGreaterThan(40);
    const without = [...errors].filter(([code, sentence]) =>
      language === "en" ? !(m.codes[code] ?? sentence).trim() : !m.codes[code] && !worded.has(code),
    );
    expect(without.map(([code]) => code)).toEqual([]);
  });
});
