import type { Page } from "@playwright/test";
import {
  choosePlan,
  decide,
  enterAccount,
  enterBilling,
  expect,
  expectAccessible,
  newEmail,
  PASSWORD,
  test,
} from "./fixtures";

async function signUpForStarter(page: Page): Promise<string> {
  const email = newEmail();
  await choosePlan(page, "Starter");
  await enterAccount(page, email);
  await enterBilling(page, "JazzCash");
  await expectAccessible(page);
  await page.getByRole("button", { name: "Create account and see how to pay" }).click();
  await expect(page.getByText("PKR 25,053.50")).toBeVisible();
  await expect(page.getByText("0300 1234567")).toBeVisible();
  await expectAccessible(page);
  return email;
}

function newReference(): string {
  return String(Math.floor(1e12 + Math.random() * 8e12));
}

async function confirm(page: Page, reference: string): Promise<void> {
  await page.getByRole("link", { name: "I have paid" }).click();
  await page.getByLabel("Transaction ID (TID)").fill(reference);
  await expectAccessible(page);
  await page.getByRole("button", { name: "Send the confirmation" }).click();
  await expect(page.getByText(/A person now checks/)).toBeVisible();
}

test("a customer signs up, pays, is approved and has the credits", async ({ page, adminPage }) => {
  const email = await signUpForStarter(page);
  const reference = newReference();
  await confirm(page, reference);
  await expectAccessible(page);

  await decide(adminPage, reference, "Approve", "Found in the statement");

  await expect(page.getByText("Payment received, thank you")).toBeVisible({ timeout: 20_000 });
  await expectAccessible(page);
  await page.getByRole("link", { name: "IGNY8" }).click();
  await expect(page.getByText("Active", { exact: true })).toBeVisible();
  await expect(page.getByText("1,000", { exact: true })).toBeVisible();

  await page.getByRole("button", { name: "Log out" }).click();
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("main").getByRole("button", { name: "Log in" }).click();
  await expect(page.getByText("Active", { exact: true })).toBeVisible();
});

test("a rejected customer reads why and tries again", async ({ page, adminPage }) => {
  await signUpForStarter(page);
  const reference = newReference();
  await confirm(page, reference);
  await decide(adminPage, reference, "Reject", "Reference not found");

  await page.goto("/");
  const banner = page.getByRole("region", { name: "Payment" });
  await expect(banner).toContainText("Reference not found");
  await expectAccessible(page);
  await banner.getByRole("link", { name: "Try again" }).click();
  await expectAccessible(page);
  await confirm(page, newReference());
});
