import { readFileSync } from "node:fs";
import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { load } from "js-yaml";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, it } from "vitest";
import { free, invoice, jazzcash, me, pakistan, starter } from "../testing/examples";
import { renderApp } from "../testing/renderApp";
import { server } from "../testing/server";

/* A field is marked as optional if, and only if, the API accepts it empty. */

interface Schema {
  required?: string[];
  properties: Record<string, { minLength?: number; format?: string }>;
}

const api = load(readFileSync("../docs/openapi.yaml", "utf-8")) as {
  components: { schemas: Record<string, Schema> };
};

/** Whether a form may leave a property of a request empty. */
function isOptional(schema: string, property: string): boolean {
  const { required = [], properties } = api.components.schemas[schema] ?? { properties: {} };
  const field = properties[property];
  if (!field) throw new Error(`${schema} has no ${property}.`);
  return !required.includes(property) && !field.minLength;
}

let isLoggedIn = true;

beforeEach(() => {
  isLoggedIn = true;
  const account = { ...me.account, status: "active", country: "PK" };
  server.use(
    http.get("*/api/v1/auth/me/", () =>
      isLoggedIn
        ? HttpResponse.json({ ...me, account, open_invoice: invoice })
        : HttpResponse.json({ errors: [{ code: "not_authenticated" }] }, { status: 401 }),
    ),
    http.get("*/api/v1/plans/", () => HttpResponse.json([free, starter])),
    http.get("*/api/v1/countries/:code/", () =>
      HttpResponse.json({
        ...pakistan,
        address: { ...pakistan.address, state_type: "province", states: ["Punjab"] },
      }),
    ),
    http.get("*/api/v1/countries/", () => HttpResponse.json([pakistan])),
    http.get("*/api/v1/billing/admin/payment-methods/", () => HttpResponse.json([jazzcash])),
    http.get("*/api/v1/billing/invoices/1/", () => HttpResponse.json(invoice)),
    http.get("*/api/v1/sites/", () => HttpResponse.json({ count: 0, results: [] })),
    http.get("*/api/v1/industries/", () => HttpResponse.json([{ slug: "retail", name: "Retail" }])),
  );
});

function main() {
  return within(screen.getByRole("main"));
}

const next = () => userEvent.click(main().getByRole("button", { name: "Continue" }));

async function toAccount() {
  isLoggedIn = false;
  renderApp("/signup");
  await userEvent.click(await screen.findByRole("radio", { name: /Starter/ }));
  await next();
  await screen.findByLabelText("Email");
}

async function toBilling() {
  await toAccount();
  await userEvent.type(screen.getByLabelText("Email"), "ayesha@shop.example");
  await userEvent.type(screen.getByLabelText("Password"), "correct-horse-battery");
  await next();
  await userEvent.click(await screen.findByRole("combobox", { name: "Country" }));
  await userEvent.click(await screen.findByRole("option", { name: "Pakistan" }));
  await screen.findByLabelText(/^NTN/);
}

const open = (address: string, label: RegExp) => async () => {
  renderApp(address);
  await screen.findByLabelText(label);
};

const BILLING = [
  "billing_name",
  "billing_email",
  "billing_address_line1",
  "billing_address_line2",
  "billing_city",
  "billing_state",
  "billing_postal_code",
  "tax_id",
];

interface Form {
  name: string;
  schema: string;
  show: () => Promise<void>;
  fields: string[];
}

const FORMS: Form[] = [
  {
    name: "the account of a sign-up",
    schema: "RegisterRequest",
    show: toAccount,
    fields: ["email", "password", "first_name", "last_name", "account_name"],
  },
  { name: "the bill of a sign-up", schema: "RegisterRequest", show: toBilling, fields: BILLING },
  {
    name: "the person",
    schema: "PatchedProfileRequest",
    show: open("/account", /^First name/),
    fields: ["first_name", "last_name"],
  },
  {
    name: "the billing details",
    schema: "PatchedAccountChangeRequest",
    show: open("/account", /^NTN/),
    fields: ["name", "country", ...BILLING],
  },
  {
    name: "the confirmation",
    schema: "ConfirmPaymentRequest",
    show: open("/invoices/1/confirm", /^Transaction ID/),
    fields: ["manual_reference", "paid_on", "proof", "manual_notes"],
  },
  {
    name: "a new site",
    schema: "SiteChangeRequest",
    show: open("/sites", /^Domain/),
    fields: ["name", "domain", "industry"],
  },
];

it.each(FORMS)("$name marks as optional what the API can do without", async (form) => {
  await form.show();
  for (const field of form.fields) {
    const label = document.querySelector(`label[for="${field}"]`)?.textContent;
    expect(label, field).toBeTruthy();
    expect({ [field]: (label ?? "").endsWith("(optional)") }).toEqual({
      [field]: isOptional(form.schema, field),
    });
  }
});
