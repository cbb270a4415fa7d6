import AxeBuilder from "@axe-core/playwright";
import { expect, test as base, type BrowserContext, type Page } from "@playwright/test";

export const PASSWORD = "correct-horse-battery";
export const API_URL = process.env.API_URL ?? "http://localhost:8011";

/** An address that no other test uses, so that tests can run in parallel and repeatedly. */
export function newEmail(): string {
  return `e2e-${Date.now()}-${Math.floor(Math.random() * 1e6)}@shop.example`;
}

/** The pages that axe has seen, by their structure. */
const seen = new Set<string>();

/** Tells pages apart by their elements, with attributes and whether they say something, not by
 * their words, addresses and made-up ids. */
async function structureOf(page: Page): Promise<string> {
  return page.evaluate(() => {
    const VARYING = /^(id|for|href|src|value|nonce|aria-(controls|describedby|labelledby|owns))$/;
    const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
    const elements = [...document.querySelectorAll("*")].map((element) =>
      [
        element.tagName,
        element.textContent.trim() !== "",
        ...[...element.attributes].map(({ name, value }) =>
          VARYING.test(name) ? name : `${name}=${value.replace(/_r_\w+_|\d+/g, "")}`,
        ),
      ].join(" "),
    );
    return [isDark, ...elements].join("\n");
  });
}

/** Waits for the animations that end; a spinner's doesn't. */
async function untilNothingMoves(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const ending = document
      .getAnimations()
      .filter((animation) => Number.isFinite(animation.effect?.getComputedTiming().endTime));
    await Promise.allSettled(ending.map((animation) => animation.finished));
  });
}

/**
 * Refuses anything that axe can find wrong with the page as it is. A page of the same structure and
 * theme is looked at once, at desktop width; by `make check` every time, at both widths.
 */
export async function expectAccessible(page: Page, part?: string): Promise<void> {
  await expect(page.locator("h1").first()).toBeVisible();
  await untilNothingMoves(page); // what fades in has less contrast
  if (!process.env.THOROUGH) {
    if (test.info().project.name === "phone") return;
    const structure = `${part ?? ""} ${await structureOf(page)}`;
    if (seen.has(structure)) return;
    seen.add(structure);
  }
  const axe = new AxeBuilder({ page });
  const { violations } = await (part ? axe.include(part) : axe).analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
}

export async function choosePlan(page: Page, name: string): Promise<void> {
  await page.goto("/signup");
  await page.getByRole("radio", { name }).check();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Continue" }).click();
}

export async function enterAccount(page: Page, email: string): Promise<void> {
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByLabel("First name").fill("Ayesha");
  await expectAccessible(page);
  await page.getByRole("button", { name: "Continue" }).click();
}

export async function enterBilling(page: Page, method: string): Promise<void> {
  const country = page.getByRole("combobox", { name: "Country" });
  await expect(country).not.toHaveValue(""); // filled in from the browser
  await country.click();
  await country.pressSequentially("Pakis"); // typing replaces it
  await page.getByRole("option", { name: "Pakistan" }).click();
  await page.getByRole("radio", { name: method }).check();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Continue" }).click();
}

/** Signs up for the starter plan with JazzCash; ends at the payment instructions. */
export async function signUpForStarter(page: Page): Promise<string> {
  const email = newEmail();
  await choosePlan(page, "Starter");
  await enterAccount(page, email);
  await enterBilling(page, "JazzCash");
  await expectAccessible(page);
  await page.getByRole("button", { name: "Sign up and see how to pay" }).click();
  await expect(page.getByText("PKR 25,053.50")).toBeVisible();
  return email;
}

/** Signs up for the same by the API, for tests of what comes afterwards. */
export async function startWithStarter(page: Page): Promise<string> {
  const email = newEmail();
  const data = {
    email,
    password: PASSWORD,
    first_name: "Ayesha",
    plan_slug: "starter",
    country: "PK",
    payment_method: "jazzcash",
  };
  const answer = await page.request.post("/api/v1/auth/register/", { data });
  expect(answer.status(), await answer.text()).toBe(201);
  const { invoice } = (await answer.json()) as { invoice: { id: number } };
  await page.goto(`/invoices/${String(invoice.id)}`);
  await expect(page.getByText("PKR 25,053.50")).toBeVisible();
  return email;
}

export function newReference(): string {
  return String(Math.floor(1e12 + Math.random() * 8e12));
}

export async function logIn(page: Page, email: string, password = PASSWORD): Promise<void> {
  await expect(page.getByRole("heading", { level: 1, name: "Sign in" })).toBeVisible();
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("main").getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => !url.pathname.startsWith("/login"));
}

/** Opens the dialog and fills in the required fields. */
export async function fillConfirmation(page: Page, reference: string): Promise<void> {
  await page.getByRole("link", { name: "I have paid" }).click();
  await page.getByLabel("Transaction ID (TID)").fill(reference);
}

export const SEND = { name: "Send confirmation" };

/** Opens a page of the admin site, and signs in if asked. */
export async function openAdmin(
  page: Page,
  path = "/admin/billing/payment/",
  email = "admin@example.com",
): Promise<void> {
  await page.goto(`${API_URL}${path}`);
  if (!page.url().includes("/admin/login/")) return;
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill("demo-password-1");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => !url.pathname.startsWith("/admin/login"));
}

/** Searches the queue, and opens the review page of the payment found. */
export async function openReview(page: Page, search: string, email?: string): Promise<void> {
  const queue = `/admin/billing/payment/?status__exact=pending_approval&q=${search}`;
  await openAdmin(page, queue, email);
  await page.locator("#result_list a[href*='/change/']").first().click();
  await expect(page.getByRole("heading", { name: "Claim and invoice" })).toBeVisible();
}

/** Decides on the payment with this reference in the admin site, as the demo billing admin. */
export async function decide(
  page: Page,
  reference: string,
  verb: "Approve" | "Reject",
  notes: string,
): Promise<void> {
  await openReview(page, reference);
  await page.getByRole("button", { name: `${verb}…` }).click();
  await page.getByLabel(verb === "Approve" ? "Notes" : "Reason", { exact: true }).fill(notes);
  await page.getByRole("button", { name: `${verb} payment` }).click();
  await expect(page.getByText(verb === "Approve" ? "Approved." : "Rejected.")).toBeVisible();
}

/** Collects a browser's complaints about pages: violations of their content security policy,
 * uncaught errors, and expressions that the admin theme can't run. */
async function complaintsOf(context: BrowserContext): Promise<string[]> {
  const complaints: string[] = [];
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      const { documentURI, violatedDirective, blockedURI, sample, sourceFile } = event;
      console.error("[policy]", documentURI, violatedDirective, blockedURI, sample, sourceFile);
    });
  });
  context.on("console", (message) => {
    if (/^\[policy\]|^Alpine|CSP Parser/.test(message.text())) complaints.push(message.text());
  });
  context.on("weberror", (error) => complaints.push(String(error.error())));
  return complaints;
}

export const test = base.extend<{ adminPage: Page }>({
  context: async ({ context }, provide) => {
    const complaints = await complaintsOf(context);
    await provide(context);
    expect(complaints).toEqual([]);
  },
  adminPage: async ({ browser }, provide) => {
    const context = await browser.newContext();
    const complaints = await complaintsOf(context);
    await provide(await context.newPage());
    await context.close();
    expect(complaints).toEqual([]);
  },
});

export { expect };
