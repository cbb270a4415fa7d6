import { receipt } from "./files";
import {
  expect,
  expectAccessible,
  fillConfirmation,
  newReference,
  openReview,
  SEND,
  startWithStarter,
  test,
} from "./fixtures";

const notOne = {
  name: "receipt.pdf",
  mimeType: "application/pdf",
  buffer: Buffer.from("%PDF-1.7 and then nothing of the kind"),
};

test("a receipt that can't be used is said so, and another one is taken", async ({
  page,
  adminPage,
}) => {
  await startWithStarter(page);
  const reference = newReference();
  await fillConfirmation(page, reference);
  await page.setInputFiles("input#proof", notOne);
  await page.getByRole("button", SEND).click();
  await expect(page.getByText(/We are checking that the payment/)).toBeVisible(); // whatever the receipt
  await expect(page.getByText("Your receipt can't be used")).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText(/can't read it as a JPEG/)).toBeVisible();
  await expectAccessible(page);

  await openReview(adminPage, reference);
  await expect(adminPage.getByText(/The file was refused/)).toBeVisible();

  await page.getByRole("button", { name: "Send another receipt" }).click();
  await page.setInputFiles("input#proof", receipt("receipt.png"));
  await expect(page.getByText("receipt.png")).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Send this receipt" }).click();
  await expect(page.getByText("We have your receipt.")).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText("you sent a receipt")).toBeVisible();

  await adminPage.reload();
  const shown = adminPage.getByRole("img", { name: "Proof, page 1" });
  await expect
    .poll(() => shown.evaluate((image: HTMLImageElement) => image.naturalWidth))
    .toBeGreaterThan(10);
});

test("a receipt appears at the desk by itself once it is checked", async ({ page, adminPage }) => {
  await startWithStarter(page);
  const reference = newReference();
  await fillConfirmation(page, reference);
  await page.getByRole("button", SEND).click();
  await expect(page.getByText("You haven't sent a receipt.")).toBeVisible();
  await openReview(adminPage, reference);

  await page.getByRole("button", { name: "Send a receipt" }).click();
  await page.setInputFiles("input#proof", receipt("receipt.png"));
  await page.getByRole("button", { name: "Send this receipt" }).click();
  await expect(page.getByText(/We are checking your receipt|We have your receipt/)).toBeVisible();
  await adminPage.reload();
  await adminPage.getByRole("button", { name: "Reject…" }).click();
  const words = adminPage.getByLabel("Reason", { exact: true });
  await words.fill("half a sentence");
  await expect(adminPage.getByRole("img", { name: "Proof, page 1" })).toBeAttached({
    timeout: 60_000,
  });
  await expect(words).toHaveValue("half a sentence");
});
