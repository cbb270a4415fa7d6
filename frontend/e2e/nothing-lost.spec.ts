import type { Page } from "@playwright/test";
import { receipt } from "./files";
import {
  expect,
  expectAccessible,
  fillConfirmation,
  logIn,
  newReference,
  SEND,
  startWithStarter,
  test,
} from "./fixtures";

const CONFIRM = "**/api/v1/billing/admin/payments/confirm/";

/** How often the customer has confirmed a payment, according to the page's history. */
async function expectClaims(page: Page, count: number): Promise<void> {
  await expect(page.getByText(/We are checking that the payment/)).toBeVisible();
  await page.reload();
  await expect(page.getByText("you confirmed the payment")).toHaveCount(count);
}

test("a double click on a slow network sends once", async ({ page }) => {
  await startWithStarter(page);
  let sent = 0;
  await page.route(CONFIRM, async (route) => {
    sent += 1;
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await route.continue();
  });
  await fillConfirmation(page, newReference());
  await page.getByRole("button", SEND).dblclick();
  await expectClaims(page, 1);
  expect(sent).toBe(1);
});

test("a lost answer is asked for again and nothing is done twice", async ({ page }) => {
  await startWithStarter(page);
  const keys: (string | undefined)[] = [];
  await page.route(CONFIRM, async (route) => {
    keys.push(route.request().headers()["idempotency-key"]);
    if (keys.length > 1) return route.continue();
    await route.fetch(); // the server does it
    return route.abort(); // but its response never arrives
  });
  await fillConfirmation(page, newReference());
  await page.setInputFiles("input#proof", receipt("receipt.png"));
  await page.getByRole("button", SEND).click();
  await expect(page.getByText(/We can't reach the server/)).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", SEND).click();
  await expectClaims(page, 1);
  expect(keys[1]).toBe(keys[0]);
});

test("a reload in mid-form keeps everything, the file too", async ({ page }) => {
  await startWithStarter(page);
  const reference = newReference();
  await fillConfirmation(page, reference);
  await page.getByLabel(/Anything else we should know/).fill("From my brother's account");
  await page.setInputFiles("input#proof", receipt("receipt.png"));
  await expect(page.getByText("receipt.png")).toBeVisible();
  await page.reload();

  await expect(page.getByLabel("Transaction ID (TID)")).toHaveValue(reference);
  await expect(page.getByLabel(/Anything else we should know/)).toHaveValue(/brother/);
  await expect(page.getByText("receipt.png")).toBeVisible();
  await page.getByRole("button", SEND).click();
  await expectClaims(page, 1);
  await expect(page.getByRole("link", { name: "Your receipt" }).first()).toBeVisible();
});

test("an expired session asks to log in, and then goes on where it was", async ({ page }) => {
  const email = await startWithStarter(page);
  const reference = newReference();
  await fillConfirmation(page, reference);
  await page.setInputFiles("input#proof", receipt("receipt.png"));
  await page.context().clearCookies();
  await page.getByRole("button", SEND).click();

  await expect(page.getByText(/Your entries are saved/)).toBeVisible();
  await expectAccessible(page);
  await logIn(page, email);
  await expect(page.getByLabel("Transaction ID (TID)")).toHaveValue(reference);
  await expect(page.getByText("receipt.png")).toBeVisible();
  await page.getByRole("button", SEND).click();
  await expectClaims(page, 1);
});

test("files that are no proof are refused at once", async ({ page }) => {
  await startWithStarter(page);
  await fillConfirmation(page, newReference());
  const text = { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("paid") };
  await page.setInputFiles("input#proof", text);
  await expect(page.getByText(/notes.txt can't be used/)).toBeVisible();
  const large = { ...receipt("large.png"), buffer: Buffer.alloc(5 * 1024 * 1024 + 1) };
  await page.setInputFiles("input#proof", large);
  await expect(page.getByText(/larger than 5 MB/)).toBeVisible();
  await expectAccessible(page);
});

/** Counts how often a page reads from the browser's database. */
async function countReads(page: Page): Promise<() => Promise<number>> {
  await page.addInitScript(() => {
    const counted = Object.assign(window, { reads: 0 });
    const store = IDBObjectStore.prototype;
    const get = Reflect.get(store, "get");
    store.get = function (this: IDBObjectStore, query) {
      counted.reads += 1;
      return get.call(this, query);
    };
  });
  return () => page.evaluate(() => (window as unknown as { reads: number }).reads);
}

test("a receipt that the server refuses stays, with the reason, and costs nothing meanwhile", async ({
  page,
}) => {
  const reads = await countReads(page);
  await startWithStarter(page);
  await fillConfirmation(page, newReference());
  const refused = { ...receipt("receipt.png"), buffer: Buffer.from("no picture at all") };
  await page.setInputFiles("input#proof", refused);
  await page.waitForTimeout(1000);
  expect(await reads()).toBeLessThanOrEqual(1);
  await page.getByRole("button", SEND).click();
  const summary = page.getByRole("alert");
  await expect(summary).toBeFocused();
  await page.waitForTimeout(1000);
  await expect(summary.getByRole("link")).toHaveAttribute("href", "#proof");
  await expect(summary).toBeFocused();
  await expect(page.getByText("receipt.png")).toBeVisible();
  await expectAccessible(page);
  expect(await reads()).toBeLessThanOrEqual(1);
});
