import {
  decide,
  expect,
  expectAccessible,
  fillConfirmation,
  logIn,
  newReference,
  SEND,
  signUpForStarter,
  startWithStarter,
  test,
} from "./fixtures";
import { receipt } from "./files";

test("a customer signs up, pays, is approved, celebrates once and has the credits", async ({
  page,
  adminPage,
}) => {
  const email = await signUpForStarter(page);
  await expect(page.getByText("0300 1234567")).toBeVisible();
  await expectAccessible(page);
  const reference = newReference();
  await fillConfirmation(page, reference);
  await page.setInputFiles("input#proof", receipt("receipt.png"));
  await expect(page.getByAltText("Your receipt")).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", SEND).click();
  await expect(page.getByText(/We are checking that the payment/)).toBeVisible();
  await expectAccessible(page);

  await page.goto("/");
  await expect(page.getByRole("region", { name: "Payment" })).toContainText(
    "We have been checking",
  );
  await decide(adminPage, reference, "Approve", "Found in the statement");
  const celebration = page.getByText(/Your payment of PKR.25,053.50 has arrived/);
  await expect(celebration).toBeVisible({ timeout: 20_000 });
  await expect(page.getByText("Active", { exact: true })).toBeVisible();
  await expect(page.getByText("1,000", { exact: true })).toBeVisible();
  await expectAccessible(page);
  await page.reload();
  await expect(page.getByText("Active", { exact: true })).toBeVisible();
  await expect(celebration).toBeHidden();

  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await logIn(page, email);
  await expect(page.getByText("Active", { exact: true })).toBeVisible();
});

test("a rejected customer reads why and tries again", async ({ page, adminPage }) => {
  await startWithStarter(page);
  const reference = newReference();
  await fillConfirmation(page, reference);
  await page.getByRole("button", SEND).click();
  await expect(page.getByText(/We are checking that the payment/)).toBeVisible();
  await decide(adminPage, reference, "Reject", "Reference not found");

  await page.goto("/");
  const banner = page.getByRole("region", { name: "Payment" });
  await expect(banner).toContainText("Reference not found");
  await expectAccessible(page);
  await banner.getByRole("link", { name: "Try again" }).click();
  await expect(page.getByText("we couldn't accept it: Reference not found")).toBeVisible();
  await expectAccessible(page);
  await fillConfirmation(page, newReference());
  await page.getByRole("button", SEND).click();
  await expect(page.getByText(/We are checking that the payment/)).toBeVisible();
  await expect(page.getByText("you confirmed the payment")).toHaveCount(2);
});

test("a withdrawn confirmation can be sent again", async ({ page }) => {
  await startWithStarter(page);
  await fillConfirmation(page, newReference());
  await page.getByRole("button", SEND).click();
  await page.getByRole("button", { name: "Withdraw confirmation" }).click();
  await expect(page.getByText("you withdrew the confirmation")).toBeVisible();
  await fillConfirmation(page, newReference());
  await page.getByRole("button", SEND).click();
  await expect(page.getByText(/We are checking that the payment/)).toBeVisible();
});
