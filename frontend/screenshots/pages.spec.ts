import { expect, test, type Page } from "@playwright/test";
import {
  enterAccount,
  enterBilling,
  fillConfirmation,
  logIn,
  newEmail,
  openAdmin,
  openReview,
  SEND,
} from "../e2e/fixtures";
import { receipt } from "../e2e/files";

const DEMO = "demo-password-1";
const FOLDER = process.env.SCREENSHOTS_DIR ?? "../docs/screenshots";

/** Takes a screenshot of the page once it is idle. */
async function shoot(page: Page, name: string): Promise<void> {
  await page.waitForLoadState("networkidle");
  const width = test.info().project.name;
  await page.screenshot({ path: `${FOLDER}/${width}/${name}.png`, fullPage: true });
}

test("sign-up", async ({ page }) => {
  await page.goto("/signup");
  await page.getByRole("radio", { name: "Starter" }).check();
  await shoot(page, "sign-up-1-plan");
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await shoot(page, "sign-up-2-errors");
  await enterAccount(page, newEmail());
  await expect(page.getByRole("combobox", { name: "Country" })).toBeVisible();
  await enterBilling(page, "JazzCash");
  await shoot(page, "sign-up-4-review");
  await page.getByRole("link", { name: "Billing", exact: true }).click();
  await expect(page.getByRole("radio", { name: "JazzCash" })).toBeVisible();
  await shoot(page, "sign-up-3-billing");
});

test("confirmation", async ({ page }) => {
  await page.goto("/login");
  await logIn(page, "pending@example.com", DEMO);
  await page.getByRole("link", { name: "See how to pay" }).first().click();
  await expect(page.getByRole("link", { name: "I have paid" })).toBeVisible();
  await shoot(page, "instructions");
  await fillConfirmation(page, "123456789012");
  await page.setInputFiles("input#proof", receipt("receipt.png"));
  await page.waitForLoadState("networkidle");
  const width = test.info().project.name;
  await page.screenshot({ path: `${FOLDER}/${width}/confirmation.png` });
  await page.getByLabel("Transaction ID (TID)").fill("12");
  await page.getByRole("button", SEND).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await page.screenshot({ path: `${FOLDER}/${width}/confirmation-errors.png` });
});

test("the approval desk", async ({ page }) => {
  await openAdmin(page, "/admin/");
  await shoot(page, "desk-numbers");
  await openAdmin(page);
  const width = test.info().project.name;
  await page.waitForLoadState("networkidle");
  await page.screenshot({ path: `${FOLDER}/${width}/desk-queue.png` });
  await openReview(page, "customer001");
  await shoot(page, "desk-review");
  await page.getByRole("button", { name: "Reject…" }).click();
  await page.locator("[data-reason]").first().click();
  await page.screenshot({ path: `${FOLDER}/${width}/desk-reject.png` });
});

for (const name of ["free", "pending", "review", "rejected", "active", "overdue"]) {
  test(`what ${name} sees`, async ({ page }) => {
    await page.goto("/login");
    await logIn(page, `${name}@example.com`, DEMO);
    await expect(page.getByRole("heading", { name: /Welcome/ })).toBeVisible();
    await shoot(page, `dashboard-${name}`);
    await page.getByRole("link", { name: "Invoices" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Invoices" })).toBeVisible();
    await shoot(page, `invoices-${name}`);
    if (name === "free") return;
    await page.getByRole("link", { name: /INV-/ }).first().click();
    await expect(page.getByRole("heading", { level: 1, name: /Invoice INV/ })).toBeVisible();
    if (["review", "rejected", "active"].includes(name)) {
      await expect(page.getByText("you confirmed the payment")).toBeVisible();
    }
    await shoot(page, `invoice-${name}`);
  });
}

for (const name of ["renewal", "grace", "pastdue", "suspended", "reviewed", "ending", "ended"]) {
  test(`the plan of ${name}`, async ({ page }) => {
    await page.goto("/login");
    await logIn(page, `${name}@example.com`, DEMO);
    await expect(page.getByRole("heading", { name: /Welcome/ })).toBeVisible();
    await page.goto("/plan");
    await expect(page.getByRole("heading", { level: 2 }).first()).toBeVisible();
    await shoot(page, `plan-${name}`);
  });
}

test("a change of plan", async ({ page }) => {
  await page.goto("/login");
  await logIn(page, "renewal@example.com", DEMO);
  await page.goto("/upgrade");
  await page.getByRole("radio", { name: /^Scale/ }).check();
  await expect(page.getByText("Credit for your unused days")).toBeVisible();
  await shoot(page, "change-plan");
});

test("account", async ({ page }) => {
  await page.goto("/login");
  await shoot(page, "log-in");
  await logIn(page, "active@example.com", DEMO);
  for (const path of ["credits", "sites", "account", "upgrade"]) {
    await page.goto(`/${path}`);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await shoot(page, path);
  }
});

test("Urdu and dark", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto("/login");
  await logIn(page, "pending@example.com", DEMO);
  await page.getByRole("link", { name: "See how to pay" }).first().click();
  await expect(page.getByRole("link", { name: "I have paid" })).toBeVisible();
  await shoot(page, "instructions-dark");
  await page.emulateMedia({ colorScheme: "light" });
  await page.getByRole("button", { name: "اردو" }).click();
  await expect(page.getByRole("heading", { level: 1, name: /انوائس/ })).toBeVisible();
  await shoot(page, "instructions-urdu");
});
