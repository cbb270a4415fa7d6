import type { Page } from "@playwright/test";
import { expect, expectAccessible, logIn, test } from "./fixtures";

const DEMO = "demo-password-1";
const PAGES = {
  "/": /Welcome/,
  "/plan": "Your plan",
  "/invoices": "Invoices",
  "/credits": "Credits",
  "/sites": "Sites",
  "/account": "Account",
  "/upgrade": "Choose a plan",
};
/** Of each state there is something to see here; `make check` opens every page in each. */
const OF_THE_STATE = { "/": PAGES["/"], "/upgrade": PAGES["/upgrade"] };
const WITH_ALL = ["pending"];
const IN_THE_DARK = process.env.THOROUGH
  ? ["pending", "review", "rejected", "active"]
  : ["pending", "rejected"];
const PUBLIC = {
  "/signup/plan": "Choose a plan",
  "/login": "Sign in",
  "/forgot-password": "Reset your password",
  "/reset-password/made-up": "Choose a new password",
  "/verify-email/made-up": "Email address",
  "/confirm-billing-email/made-up": "Billing email",
  "/nowhere": "Page not found",
};

async function open(page: Page, path: string, heading: string | RegExp): Promise<void> {
  await page.goto(path);
  await expect(page.getByRole("heading", { level: 1, name: heading })).toBeVisible();
}

async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const { shown, needed } = await page.evaluate(() => ({
    shown: document.documentElement.clientWidth,
    needed: document.documentElement.scrollWidth,
  }));
  expect(needed).toBeLessThanOrEqual(shown);
}

for (const name of ["free", "pending", "review", "rejected", "active", "overdue"]) {
  test(`every page is accessible to ${name}`, async ({ page }) => {
    await page.goto("/login");
    await logIn(page, `${name}@example.com`, DEMO);
    const pages = process.env.THOROUGH || WITH_ALL.includes(name) ? PAGES : OF_THE_STATE;
    for (const [path, heading] of Object.entries(pages)) {
      await open(page, path, heading);
      await page.waitForLoadState("networkidle");
      await expectAccessible(page);
      await expectNoSidewaysScroll(page);
    }
  });
}

test("every page is accessible to a visitor, light and dark", async ({ page }) => {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    for (const [path, heading] of Object.entries(PUBLIC)) {
      await open(page, path, heading);
      await page.waitForLoadState("networkidle");
      await expectAccessible(page);
    }
  }
});

test("in the dark an invoice is accessible too", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "dark" });
  for (const name of IN_THE_DARK) {
    await page.context().clearCookies();
    await page.goto("/login");
    await logIn(page, `${name}@example.com`, DEMO);
    await page.getByRole("link", { name: "Invoices" }).click();
    await page.getByRole("link", { name: /INV-/ }).click();
    await expect(page.getByRole("heading", { level: 1, name: /Invoice INV-/ })).toBeVisible();
    await page.waitForLoadState("networkidle");
    await expectAccessible(page);
  }
});

test("at 320 and at 2560 pixels nothing is cut off", async ({ page }) => {
  for (const width of [320, 2560]) {
    await page.setViewportSize({ width, height: 700 });
    for (const [path, heading] of Object.entries(PUBLIC)) {
      await open(page, path, heading);
      await expectNoSidewaysScroll(page);
    }
  }
  await page.setViewportSize({ width: 320, height: 700 });
  await page.goto("/login");
  await logIn(page, "pending@example.com", DEMO);
  await page.getByRole("link", { name: "See how to pay" }).first().click();
  await page.getByRole("link", { name: "I have paid" }).click();
  await expect(page.getByLabel("Transaction ID (TID)")).toBeVisible();
  await expectNoSidewaysScroll(page);
});

test("Urdu is whole and written from right to left", async ({ page }) => {
  await page.goto("/login");
  await page.getByRole("button", { name: "اردو" }).click();
  await expect(page.getByRole("heading", { name: "لاگ اِن" })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("dir", "rtl");
  await expectAccessible(page);
  await page.getByLabel("ای میل").fill("pending@example.com");
  await page.getByLabel("پاس ورڈ", { exact: true }).fill(DEMO);
  await page.getByRole("main").getByRole("button", { name: "لاگ اِن" }).click();
  await expect(page.getByRole("heading", { name: /خوش آمدید/ })).toBeVisible();
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);
  await page.getByRole("link", { name: "ادائیگی کا طریقہ دیکھیں" }).first().click();
  const account = page.getByText("0300 1234567");
  await expect(account).toBeVisible();
  expect(await account.evaluate((node) => getComputedStyle(node).direction)).toBe("ltr");
  await expectAccessible(page);
  await page.getByRole("button", { name: "English" }).click();
  await page.getByRole("link", { name: "Dashboard" }).click();
  await expect(page.getByRole("heading", { name: /Welcome/ })).toBeVisible();
});

test("offline says what to do, and goes on once it is over", async ({ page, context }) => {
  await page.goto("/login");
  await logIn(page, "active@example.com", DEMO);
  await expect(page.getByRole("heading", { name: /Welcome/ })).toBeVisible();
  await page.route("**/api/v1/billing/invoices/**", (route) => route.abort());
  await page.getByRole("link", { name: "Invoices" }).click();
  await expect(page.getByText(/We can't reach the server/)).toBeVisible({ timeout: 15_000 });
  await expectAccessible(page);
  await page.unroute("**/api/v1/billing/invoices/**");
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("link", { name: /INV-/ })).toBeVisible();
  await context.close();
});
