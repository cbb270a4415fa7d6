import {
  choosePlan,
  enterAccount,
  expect,
  expectAccessible,
  logIn,
  newEmail,
  PASSWORD,
  startWithStarter,
  test,
} from "./fixtures";
import { linkMailedTo } from "./mails";

test("a customer on trial upgrades, adds a site and changes its details", async ({ page }) => {
  const email = newEmail();
  await choosePlan(page, "Free");
  await enterAccount(page, email);
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByRole("heading", { name: "Welcome, Ayesha" })).toBeVisible();

  await page.getByRole("link", { name: "Sites" }).click();
  await page.getByRole("button", { name: "Add site" }).click();
  await expect(page.getByRole("alert")).toBeFocused();
  await page.getByLabel("Name").fill("Shop");
  await page.getByLabel("Domain").fill("not a domain");
  await page.getByLabel("Industry").selectOption({ label: "Automotive" });
  await page.getByRole("button", { name: "Add site" }).click();
  await expect(page.getByRole("alert")).toContainText("domain");
  await page.getByLabel("Domain").fill("shop.example.com");
  await page.getByRole("button", { name: "Add site" }).click();
  await expect(page.getByText("shop.example.com · Automotive")).toBeVisible();
  await expect(page.getByText(/includes 1 site/)).toBeVisible();
  await expectAccessible(page);

  await page.getByRole("link", { name: "Account" }).click();
  await page.getByRole("combobox", { name: "Country" }).fill("India");
  await page.getByRole("option", { name: "India", exact: true }).click();
  await page.getByLabel(/State/).selectOption("Maharashtra");
  await page.getByLabel(/GSTIN/).fill("27AAPFU0939F1ZV");
  await page.getByRole("button", { name: "Save: Billing details" }).click();
  await expect(page.getByText("Saved.")).toBeVisible();
  await expectAccessible(page);

  await page.getByRole("link", { name: "Dashboard" }).click();
  await page.getByRole("link", { name: "Choose a plan" }).click();
  await page.getByRole("radio", { name: "Growth" }).check();
  await page.getByRole("radio", { name: /UPI/ }).check();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Get invoice" }).click();
  await expect(page.getByText("Growth plan, 1 month, 2,000 credits")).toBeVisible();
  await page.getByRole("link", { name: "Dashboard" }).click();
  await expect(page.getByText("Trial", { exact: true })).toBeVisible();
  await page.getByRole("link", { name: "Change plan" }).click();
  await expect(page.getByText(/order for the Growth plan is waiting for payment/)).toBeVisible();

  await page.getByRole("link", { name: "Account" }).click();
  await page.getByRole("button", { name: "Sign out everywhere" }).click();
  await expect(page).toHaveURL(/login/);
});

test("an order is cancelled, and another plan is chosen", async ({ page }) => {
  await startWithStarter(page);
  await page.getByRole("button", { name: "Cancel order" }).click();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Yes, cancel order" }).click();
  await expect(page.getByText("Cancelled by the customer.")).toBeVisible();
  await expect(page.getByText("Void", { exact: true })).toBeVisible();
  await page.getByRole("link", { name: "Choose a plan" }).click();
  await page.getByRole("radio", { name: "Growth" }).check();
  await page.getByRole("radio", { name: "JazzCash" }).check();
  await page.getByRole("button", { name: "Get invoice" }).click();
  await expect(page.getByText("0300 1234567")).toBeVisible();
});

test("a new password holds from the next log-in on", async ({ page }) => {
  const email = newEmail();
  await choosePlan(page, "Free");
  await enterAccount(page, email);
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByRole("heading", { name: "Welcome, Ayesha" })).toBeVisible();
  await page.getByRole("link", { name: "Account" }).click();
  await page.getByRole("button", { name: "Send the email again" }).click();
  await expect(page.getByText(/^Sent\./)).toBeVisible();
  await page.getByLabel("Current password").fill("wrong-horse-battery");
  await page.getByLabel("New password", { exact: true }).fill("new-horse-battery");
  await page.getByRole("button", { name: "Save: Password" }).click();
  await expect(page.getByRole("alert")).toBeFocused();
  await page.getByLabel("Current password").fill(PASSWORD);
  await page.getByRole("button", { name: "Save: Password" }).click();
  await expect(page.getByText("Saved.")).toBeVisible();
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await logIn(page, email, "new-horse-battery");
  await expect(page.getByRole("heading", { name: "Welcome, Ayesha" })).toBeVisible();
});

test("the whole way can be gone by keyboard", async ({ page }) => {
  test.skip(page.viewportSize()?.width !== 1280, "a keyboard is a desktop's");
  await page.goto("/signup");
  await expect(page.getByRole("radio", { name: "Free" })).toBeVisible();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("radio", { name: "Starter" })).toBeChecked();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Your account" })).toBeFocused();
  await page.keyboard.press("Tab");
  await page.keyboard.type(newEmail());
  await page.keyboard.press("Tab");
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: /Billing/ })).toBeFocused();
  await expect(page.getByRole("combobox", { name: "Country" })).toHaveValue("United Kingdom");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Pakis");
  await expect(page.getByRole("option")).toHaveCount(1);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("radio", { name: "JazzCash" })).toBeVisible();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("radio", { name: "JazzCash" })).toBeChecked();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Check your answers" })).toBeFocused();
  await page.getByRole("button", { name: "Sign up and see how to pay" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "I have paid" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("Transaction ID (TID)")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();
  await expect(page.getByRole("link", { name: "I have paid" })).toBeFocused();
});

test("a customer takes the data along and closes the account", async ({ page }) => {
  test.slow(); // emails arrive when the worker gets to them
  const email = newEmail();
  await choosePlan(page, "Free");
  await enterAccount(page, email);
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByRole("heading", { name: "Welcome, Ayesha" })).toBeVisible();

  await page.goto("/account");
  await page.getByLabel("Your password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Request my data" }).click();
  await expect(page.getByText(/^We are preparing your file/)).toBeVisible();
  const link = await linkMailedTo(email, /\/account\/export\/[\w.-]+/);
  await page.goto(link);
  await expectAccessible(page);
  const arrival = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download my data" }).click();
  const download = await arrival;
  expect(download.suggestedFilename()).toMatch(/^account-\d+-\d{4}-\d\d-\d\d\.zip$/);
  const start = await new Promise<Buffer>((resolve, reject) => {
    void download.createReadStream().then((stream) => {
      stream.once("data", resolve).once("error", reject);
    });
  });
  expect(start.subarray(0, 2).toString()).toBe("PK");

  await page.goto("/account");
  await page.getByRole("link", { name: "Close account…" }).click();
  const dialog = page.getByRole("dialog", { name: "Close account" });
  await expect(dialog).toBeVisible();
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Close account permanently" }).click();
  await expect(dialog.getByRole("alert")).toBeFocused();
  await dialog.getByLabel(/to confirm/).fill(email);
  await dialog.getByLabel("Your password").fill(PASSWORD);
  await dialog.getByRole("button", { name: "Close account permanently" }).click();
  await expect(page.getByRole("heading", { name: "Your account is closed" })).toBeVisible();
  await expectAccessible(page);

  await page.goto("/account");
  await expect(page).toHaveURL(/\/login/);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("main").getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await expect(page).toHaveURL(/\/login/);
});
