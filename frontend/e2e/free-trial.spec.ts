import { choosePlan, enterAccount, expect, expectAccessible, newEmail, test } from "./fixtures";

test("a visitor starts a free trial and has its credits", async ({ page }) => {
  await choosePlan(page, "Free");
  await enterAccount(page, newEmail());
  await expectAccessible(page);
  await page.getByRole("button", { name: "Create account" }).click();

  await expect(page.getByRole("heading", { name: "Welcome, Ayesha" })).toBeVisible();
  await expect(page.getByText("Trial", { exact: true })).toBeVisible();
  await expect(page.getByText("1,000", { exact: true })).toBeVisible();
  await expect(page.getByRole("region", { name: "Payment" })).toBeHidden();
  await expectAccessible(page);
});

test("a taken e-mail leads back to its field and to the log-in", async ({ page }) => {
  await choosePlan(page, "Free");
  await enterAccount(page, "free@example.com");
  await page.getByRole("button", { name: "Create account" }).click();

  await expect(page).toHaveURL(/\/signup\/account$/);
  await expect(page.getByRole("alert")).toBeFocused();
  await expectAccessible(page);
  await page.getByRole("link", { name: "Sign in instead" }).click();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await expectAccessible(page);
});

test("a reload in the middle keeps all but the password", async ({ page }) => {
  const email = newEmail();
  await choosePlan(page, "Starter");
  await enterAccount(page, email);
  await expect(page.getByRole("combobox", { name: "Country" })).toBeVisible();
  await page.reload();
  await page.goBack();

  await expect(page.getByLabel("Email")).toHaveValue(email);
  await expect(page.getByLabel("Password", { exact: true })).toHaveValue("");
});
