import type { Locator, Page } from "@playwright/test";
import { API_URL, expect, expectAccessible, openAdmin, openReview, test } from "./fixtures";
import { mailsTo } from "./mails";

const CUSTOMERS = Number(process.env.CONFIRMATIONS ?? 50); // customer001@example.com and so on

test.describe.configure({ mode: "serial" });

const customer = (number: number): string => `customer${String(number).padStart(3, "0")}`;

test("the queue opens on what waits, with counts, flags and proofs", async ({ page }) => {
  await openAdmin(page);
  await expect(page).toHaveURL(/status__exact=pending_approval/);
  await expect(page.getByRole("link", { name: /^Waiting \d+$/ })).toBeVisible();
  await expect(page.getByText("Reference used before").first()).toBeVisible();
  const thumbnail = page.getByRole("img", { name: "Proof" }).first();
  await expect
    .poll(() => thumbnail.evaluate((image: HTMLImageElement) => image.naturalWidth))
    .toBeGreaterThan(10);
  await expectAccessible(page, "#content-main");
});

/* The fixtures check that no page violates its content security policy. */
test("every page of the desk works as the theme means it to", async ({ page }) => {
  test.setTimeout(300_000);
  await openAdmin(page);
  const links = page.locator("#nav-sidebar a[href^='/admin/']");
  const addresses = await links.evaluateAll((all) => all.map((link) => link.getAttribute("href")));
  expect(addresses.length).toBeGreaterThan(10);
  for (const address of addresses) {
    await openAdmin(page, address ?? "");
    await expect(page.locator("#content, main").first()).toBeVisible();
    expect(await clickedByTheMouseAlone(page)).toEqual([]);
    const rows = page.locator("#result_list a[href*='/change/']");
    if ((await rows.count()) === 0) continue;
    await rows.first().click();
    await expect(page).toHaveURL(/\/change\//);
    expect(await clickedByTheMouseAlone(page)).toEqual([]);
  }
  await openAdmin(page, "/admin/billing/invoice/");
  const sidebar = page.locator("#nav-sidebar");
  const toggle = page.getByRole("button", { name: "Sidebar" });
  await toggle.click();
  await expect(sidebar).not.toBeInViewport();
  await page.reload();
  await expect(sidebar).not.toBeInViewport(); // the choice is remembered
  await toggle.click();
  await expect(sidebar).toBeInViewport();
  await page.getByRole("button", { name: "Filters" }).click();
  await expect(page.locator("#changelist-filter")).toBeVisible();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+k");
  await page.locator("#search-input-command").pressSequentially("Exch");
  await expect(page.locator("#command-results-list li")).toHaveCount(1);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/exchangerate/);
});

for (const width of process.env.THOROUGH ? [1280, 360] : [360]) {
  test(`filters, menu and sidebar work by keyboard alone at ${String(width)} px`, async ({
    page,
  }) => {
    await page.setViewportSize({ width, height: 800 });
    await page.addInitScript(slowFrames);
    await openAdmin(page, "/admin/billing/invoice/");
    const filters = page.getByRole("button", { name: "Filters" });
    await tabTo(page, filters);
    await page.keyboard.press("Enter");
    await expect(page.getByRole("button", { name: "Close", exact: true })).toBeFocused();
    await page.keyboard.press("Escape");
    await expect(page.locator("#changelist-filter")).toBeHidden();
    await expect(filters).toBeFocused();
    await page.keyboard.press("Space");
    await tabTo(page, page.locator("#changelist-filter").getByRole("link", { name: "Paid" }));
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/status__exact=paid/);

    if (width < 1280) {
      const opener = page.getByRole("button", { name: "Sidebar" });
      await tabTo(page, opener);
      await page.keyboard.press("Enter");
      await expect(page.getByRole("button", { name: "Close sidebar" })).toBeFocused();
      await page.keyboard.press("Escape");
      await expect(page.locator("#nav-sidebar")).not.toBeInViewport();
      await expect(opener).toBeFocused();
      await page.keyboard.press("Enter");
    }
    const menu = page.getByRole("button", { name: /admin@example\.com/ });
    await tabTo(page, menu);
    await page.keyboard.press("Enter");
    await expect(menu).toHaveAttribute("aria-expanded", "true");
    await tabTo(page, page.getByRole("button", { name: "Dark" }));
    await page.keyboard.press("Enter");
    await expect(page.locator("html")).toHaveClass(/dark/);
    await expect(page.getByRole("button", { name: "Dark" })).toHaveAttribute(
      "aria-pressed",
      "true",
    );
    await tabTo(page, page.getByRole("link", { name: "Change password" }));
    await page.keyboard.press("Escape");
    await expect(menu).toBeFocused();
    await expect(menu).toHaveAttribute("aria-expanded", "false");
    await page.keyboard.press("Enter");
    await tabTo(page, page.getByRole("button", { name: "Log out" }));
    await page.keyboard.press("Enter");
    await expect(page.getByText("Logged out")).toBeVisible();
  });
}

test("the menu beside a related field is opened, walked and left by keyboard", async ({ page }) => {
  await openAdmin(page, "/admin/billing/rejectionreason/");
  await page.locator("#result_list a[href*='/change/']").first().click();
  const opener = page.getByRole("button", { name: /: more$/ }).first();
  await tabTo(page, opener);
  await page.keyboard.press("Enter");
  await expect(opener).toHaveAttribute("aria-expanded", "true");
  const menu = page.locator(`[id="${(await opener.getAttribute("aria-controls")) ?? ""}"]`);
  await expect(menu.locator("a[href]").first()).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(menu).toBeHidden();
  await expect(opener).toBeFocused();
});

test("an invoice is voided by keyboard, with the reason that its customer reads", async ({
  page,
}) => {
  await openAdmin(page, "/admin/billing/invoice/?q=Overdue");
  await page.locator("#result_list a[href*='/change/']").first().click();
  await expect(page.getByRole("heading", { name: "What is owed" })).toBeVisible();
  await expectAccessible(page, "#content");
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download PDF" }).click();
  expect((await download).suggestedFilename()).toMatch(/^INV-\d{4}-\d{6}\.pdf$/);
  await tabTo(page, page.getByRole("button", { name: "Void…" }));
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("Reason", { exact: true })).toBeFocused();
  await page.keyboard.type("Ordered twice");
  await expect(page.locator("[data-preview]")).toHaveText("Ordered twice");
  await expectAccessible(page, "#void-dialog");
  await page.keyboard.press("Control+Enter");
  await expect(page.getByText("can see the reason; nothing is due on it.")).toBeVisible();
  await expect(page.getByText("Ordered twice")).toHaveCount(2); // invoice and subscription
  await expect(page.getByRole("button", { name: "Void…" })).toBeHidden();
});

test("the API's documentation calls the API", async ({ page }) => {
  await page.goto(`${API_URL}/api/docs/`);
  await page.locator("#operations-Catalogue-list_plans .opblock-summary-control").click();
  await page.getByRole("button", { name: "Try it out" }).click();
  await page.getByRole("button", { name: "Execute" }).click();
  await expect(page.locator(".live-responses-table")).toContainText('"starter"');
});

test("a payment is approved with all that speaks for it on one page", async ({ page }) => {
  await openReview(page, customer(1));
  await expect(page.getByText("✓ matches")).toBeVisible();
  const proof = page.getByRole("img", { name: "Proof, page 1" }); // a PDF, rendered by the server
  await expect
    .poll(() => proof.evaluate((image: HTMLImageElement) => image.naturalWidth))
    .toBeGreaterThan(900);
  const before = (await proof.boundingBox())?.width ?? 0;
  await page.getByRole("button", { name: "Zoom in" }).click();
  await expect(page.getByText("150 %")).toBeVisible();
  expect((await proof.boundingBox())?.width).toBeGreaterThan(before * 1.4);
  await expectAccessible(page, "#content");
  await page.getByRole("button", { name: "Approve…" }).click();
  await expectAccessible(page, "#approve-dialog");
  await page.getByLabel("Notes").fill("In the statement of Monday");
  await page.getByRole("button", { name: "Approve payment" }).click();
  await expect(page.getByText("is paid and Chenab Foods 1 is active")).toBeVisible();
  await expect(page.getByRole("heading", { name: "Claim and invoice" })).toBeVisible(); // the next
});

test("a rejection needs a reason, which is previewed word for word", async ({ page }) => {
  await openReview(page, customer(2));
  await page.getByRole("button", { name: "Reject…" }).click();
  await page.getByRole("button", { name: "Reject payment" }).click();
  await expect(page.getByRole("dialog")).toBeVisible(); // the browser asks for the text
  await page
    .getByRole("button", { name: /differs from the invoice|انوائس سے مختلف/ })
    .first()
    .click();
  await page.getByLabel("Reason", { exact: true }).press("End");
  await page.getByLabel("Reason", { exact: true }).pressSequentially(" Call us.");
  await expect(page.locator("[data-preview]")).toContainText("Call us.");
  await expectAccessible(page, "#reject-dialog");
  await page.getByRole("button", { name: "Reject payment" }).click();
  await expect(
    page.getByText("Rejected. Indus Media 2 can see the reason and try again."),
  ).toBeVisible();
});

test("many are approved at once after a look at totals and flags", async ({ page }) => {
  await openAdmin(page, "/admin/billing/payment/?status__exact=pending_approval&q=customer01");
  for (const number of [10, 11]) {
    await page
      .getByRole("row", { name: customer(number) })
      .getByRole("checkbox")
      .check();
  }
  await page.locator("select[name=action]").selectOption("approve_selected");
  await page.getByRole("button", { name: "Run" }).click();
  await expect(page.getByText("In total")).toBeVisible();
  await expectAccessible(page, "#content");
  await page.getByRole("button", { name: "Approve 2 payments" }).click();
  // by the worker: the page reloads until it is done
  await expect(page.getByText("2 of 2 approved")).toBeVisible({ timeout: 30_000 });
  await expect(page.getByRole("status")).toContainText("Finished");
  await expectAccessible(page, "#content");
});

test("beyond the limit two admins have to approve", async ({ page, adminPage }) => {
  await openReview(page, customer(3)); // 229 USD; the server runs with a limit of 200
  await page.getByRole("button", { name: "Approve…" }).click();
  await page.getByRole("button", { name: "Approve payment" }).click();
  await expect(page.getByText("is waiting for a second admin's approval")).toBeVisible();

  await openReview(page, customer(3));
  await expect(page.getByText("1 of 2 approvals")).toBeVisible();
  await page.getByRole("button", { name: "Approve…" }).click();
  await page.getByRole("button", { name: "Approve payment" }).click();
  await expect(page.getByText("A second billing admin must approve it.")).toBeVisible();

  await openReview(adminPage, customer(3), "admin2@example.com");
  await adminPage.getByRole("button", { name: "Approve…" }).click();
  await adminPage.getByRole("button", { name: "Approve payment" }).click();
  await expect(adminPage.getByText("Approved.")).toBeVisible();
});

test("an approval is reversed, and says what follows", async ({ page }) => {
  await openAdmin(page, `/admin/billing/payment/?status__exact=succeeded&q=${customer(10)}`);
  await page.locator("#result_list a[href*='/change/']").first().click();
  await page.getByRole("button", { name: "Reverse approval…" }).click();
  await expectAccessible(page, "#reverse-dialog");
  await page.getByLabel("Reason", { exact: true }).fill("The bank recalled the transfer");
  await page.getByRole("button", { name: "Reverse approval", exact: true }).click();
  await expect(page.getByText(/Reversed\. Invoice .* is pending/)).toBeVisible();
  await expect(page.getByText("The bank recalled the transfer")).toBeVisible();
});

test("who may only see is offered nothing to do", async ({ page }) => {
  await openReview(page, customer(20), "support@example.com");
  await expect(page.getByText("The customer didn't send a file.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Approve…" })).toBeHidden();
});

test("a review fits a phone", async ({ page }) => {
  await page.setViewportSize({ width: 375, height: 740 });
  await openReview(page, customer(21));
  const { shown, needed } = await page.evaluate(() => ({
    shown: document.documentElement.clientWidth,
    needed: document.documentElement.scrollWidth,
  }));
  expect(needed).toBeLessThanOrEqual(shown);
  await page.getByRole("button", { name: "Approve…" }).click();
  await expect(page.getByRole("button", { name: "Approve payment" })).toBeInViewport();
});

test("the whole queue is cleared by the keyboard, and everybody gets the right mail", async ({
  page,
}) => {
  test.setTimeout(300_000);
  await openAdmin(page);
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Claim and invoice" })).toBeVisible();
  const decided = new Map<string, "payment_approved" | "payment_rejected">();
  while (page.url().includes("/change/")) {
    const address =
      (await page.locator(".desk-compare .desk-sub", { hasText: "@" }).first().textContent()) ?? "";
    const isBeyondLimit = await page.getByText("needs approval from two admins").isVisible();
    const isOfTheDemo = address.trim().startsWith("customer"); // rejected for the first time
    const isRejected = isBeyondLimit || (isOfTheDemo && decided.size % 5 === 4);
    const act = isRejected ? "payment_rejected" : "payment_approved";
    await decideByKeyboard(page, act);
    decided.set(address.trim(), act);
  }
  await expect(page.getByRole("link", { name: "Waiting 0" })).toBeVisible();
  expect(decided.size).toBeGreaterThanOrEqual(CUSTOMERS - 5);

  for (const [address, kind] of decided) {
    // A decision drops outdated emails, so wait for the decision's own email.
    const own = page.getByRole("row").filter({ hasText: kind }).filter({ hasText: address });
    const isRenewal = address === "reviewed@example.com"; // whose first payment was approved before
    await expect(async () => {
      await openAdmin(page, `/admin/common/outgoingmail/?q=${address}`);
      await expect(own).toHaveCount(isRenewal && kind === "payment_approved" ? 2 : 1);
      await expect(own.first()).toContainText("Sent", { timeout: 1000 });
    }).toPass({ timeout: 60_000 });
    const all = page.getByRole("row").filter({ hasText: address });
    const sent = await all.filter({ has: page.getByText("Sent", { exact: true }) }).count();
    expect(mailsTo(address)).toBe(sent); // as many as the desk says, and no more
  }
});

async function decideByKeyboard(
  page: Page,
  act: "payment_approved" | "payment_rejected",
): Promise<void> {
  const here = page.url();
  if (act === "payment_approved") {
    await page.keyboard.press("a");
    await expect(page.getByRole("dialog", { name: /^Approve/ })).toBeVisible();
    await page.keyboard.press("Enter");
  } else {
    await page.keyboard.press("r");
    await expect(page.getByRole("dialog", { name: /^Reject/ })).toBeVisible();
    await page.keyboard.press("1");
    await page.keyboard.press("Control+Enter");
  }
  await page.waitForURL((url) => url.href !== here);
  await expect(
    page.getByText(act === "payment_approved" ? "Approved." : "Rejected."),
  ).toBeVisible();
}

/** Presses Tab, or Shift Tab, until an element has the focus, and checks that it is visible. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  const isFocused = (): Promise<boolean> =>
    target.evaluate((element) => element === document.activeElement);
  for (let presses = 0; presses < 150 && !(await isFocused()); presses += 1) {
    await page.keyboard.press("Tab");
  }
  await expect(target).toBeFocused();
  const outline = await target.evaluate((element) => getComputedStyle(element).outlineStyle);
  expect(outline).not.toBe("none");
}

/** Frames come as late as on a busy machine. */
function slowFrames(): void {
  const soon = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (draw) => window.setTimeout(() => soon(draw), 100);
}

/** Elements with a click handler of the theme that the keyboard can't reach. */
function clickedByTheMouseAlone(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll("*")]
      .filter((element) =>
        element.getAttributeNames().some((name) => /^(x-on:|@)click(?!\.outside)/.test(name)),
      )
      .filter((element) => !element.matches("a[href], button, input, select, textarea, summary"))
      .filter((element) => element.id !== "changelist-filter-close") // next to its button "Close"
      .filter((element) => (element as HTMLElement).checkVisibility())
      .map((element) => element.outerHTML.slice(0, 200)),
  );
}
