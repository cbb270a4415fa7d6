import type { Page } from "@playwright/test";
import { BANNERS } from "./banners";
import {
  decide,
  expect,
  expectAccessible,
  fillConfirmation,
  logIn,
  newReference,
  SEND,
  startWithStarter,
  test,
} from "./fixtures";

const DEMO = "demo-password-1";

interface Stage {
  /** The demo customer at this stage. */
  name: string;
  region: "Payment" | "Your plan";
  banner: RegExp;
  /** Where the banner leads first. */
  way: string;
  page: RegExp;
}

/** Demo accounts whose last renewal is so many days late, or was cancelled or claimed. */
const STAGES: Stage[] = [
  {
    name: "renewal",
    region: "Payment",
    banner: BANNERS.renewal,
    way: "Pay",
    page: /Next period unpaid/,
  },
  {
    name: "grace",
    region: "Payment",
    banner: BANNERS.grace,
    way: "Pay",
    page: /Overdue/,
  },
  {
    name: "pastdue",
    region: "Payment",
    banner: BANNERS.pastDue,
    way: "Pay",
    page: /Past due/,
  },
  {
    name: "suspended",
    region: "Payment",
    banner: BANNERS.suspended,
    way: "Pay",
    page: /Paused/,
  },
  {
    name: "reviewed",
    region: "Payment",
    banner: BANNERS.underReview,
    way: "See status",
    page: /Payment under review/,
  },
  {
    name: "ending",
    region: "Your plan",
    banner: BANNERS.ending,
    way: "See your plan",
    page: /You have cancelled\./,
  },
  {
    name: "ended",
    region: "Your plan",
    banner: BANNERS.ended,
    way: "See plans",
    page: /You have no plan/,
  },
];

async function enter(page: Page, name: string): Promise<void> {
  await page.goto("/login");
  await logIn(page, `${name}@example.com`, DEMO);
  await expect(page.getByRole("heading", { name: /Welcome/ })).toBeVisible();
}

async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const { shown, needed } = await page.evaluate(() => ({
    shown: document.documentElement.clientWidth,
    needed: document.documentElement.scrollWidth,
  }));
  expect(needed).toBeLessThanOrEqual(shown);
}

for (const { name, region, banner, way, page: words } of STAGES) {
  test(`${name} reads on every page what comes and what to do, in Urdu, too`, async ({ page }) => {
    await enter(page, name);
    const shown = page.getByRole("region", { name: region });
    await expect(shown).toContainText(banner);
    await expect(shown.getByRole("link", { name: way })).toBeVisible();
    await expectAccessible(page);
    await page.emulateMedia({ colorScheme: "dark" });
    await expectAccessible(page);
    await page.goto("/credits");
    await expect(shown).toContainText(banner);
    await page.goto("/plan");
    await expect(page.getByRole("main")).toContainText(words);
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
    await page.getByRole("button", { name: "اردو" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "آپ کا پلان" })).toBeVisible();
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
  });
}

test("a paused customer looks at everything, changes nothing, and finds the invoice", async ({
  page,
}) => {
  await enter(page, "suspended");
  await page.getByRole("link", { name: "Sites" }).click();
  await expect(page.getByText(/you can't add, change or remove any/)).toBeVisible();
  await expect(page.getByRole("button", { name: "Add site" })).toBeHidden();
  await expectAccessible(page);
  await page.getByRole("link", { name: "Credits" }).click();
  await expect(page.getByText(/Your credits stay/)).toBeVisible();
  await page.getByRole("region", { name: "Payment" }).getByRole("link", { name: "Pay" }).click();
  await expect(page.getByRole("heading", { level: 1, name: /^Invoice/ })).toBeVisible();
  await expect(page.getByText(/^Renewal · /)).toBeVisible();
  await expect(page.getByRole("region", { name: "What happens when" })).toContainText(
    "Your plan ends and the invoice is void",
  );
  await expect(page.getByRole("region", { name: "Payment" })).toContainText("Paused since");
  await expectAccessible(page);
});

test("a customer with a renewal reads what happens when, and what another plan costs", async ({
  page,
}) => {
  await enter(page, "renewal");
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Plan" }).click();
  const timeline = page.getByRole("region", { name: "What happens when" });
  await expect(timeline).toContainText("Your account is paused");
  await page.getByRole("main").getByRole("link", { name: "Change plan" }).click();
  await page.getByRole("radio", { name: /^Scale/ }).check();
  await expect(page.getByText("Credit for what you haven't used")).toBeVisible();
  await expect(page.getByRole("radio", { name: /^From / })).toBeEnabled();
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);
});

test("a customer signs up, pays, pays ahead, changes, cancels and keeps the plan", async ({
  page,
  adminPage,
}) => {
  await startWithStarter(page);
  const reference = newReference();
  await fillConfirmation(page, reference);
  await page.getByRole("button", SEND).click();
  await expect(page.getByText(/We are checking that the payment/)).toBeVisible();
  await decide(adminPage, reference, "Approve", "Found in the statement");
  await page.goto("/plan");
  const main = page.getByRole("main");
  await expect(main).toContainText("Active");
  await expectAccessible(page);

  await main.getByRole("link", { name: "Change plan" }).click();
  await page.getByRole("radio", { name: /^Growth/ }).check();
  await page.getByRole("radio", { name: /^From / }).check();
  await page.getByRole("button", { name: "Choose for the next period" }).click();
  await expect(page.getByText(/You have chosen the Growth plan/)).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Stay on the Starter plan" }).click();
  await expect(page.getByText(/You have chosen the Growth plan/)).toBeHidden();

  await main.getByRole("link", { name: "Cancel plan…" }).click();
  const dialog = page.getByRole("dialog", { name: "Cancel your plan?" });
  await expect(dialog).toContainText("Your Starter plan and everything in it works until");
  await expectAccessible(page);
  await dialog.getByLabel(/Why are you cancelling/).fill("Trying it out");
  await dialog.getByRole("button", { name: "Yes, cancel plan" }).click();
  await expect(main).toContainText("You have cancelled.");
  await expectAccessible(page);
  await page.getByRole("link", { name: "Dashboard" }).click();
  const ending = page.getByRole("region", { name: "Your plan" });
  await expect(ending).toContainText("Your Starter plan ends on");
  await ending.getByRole("button", { name: "Keep plan" }).click();
  await expect(ending).toBeHidden();

  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Plan" }).click();
  await main.getByRole("button", { name: "Pay the next period now" }).click();
  await expect(page.getByRole("heading", { level: 1, name: /^Invoice/ })).toBeVisible();
  await expect(page.getByText(/^Renewal · /)).toBeVisible();
  await page.goto("/");
  await expect(page.getByRole("region", { name: "Payment" })).toContainText("Next period");
  const ahead = newReference();
  await page.getByRole("region", { name: "Payment" }).getByRole("link", { name: "Pay" }).click();
  await fillConfirmation(page, ahead);
  await page.getByRole("button", SEND).click();
  await expect(page.getByText(/We are checking that the payment/)).toBeVisible();
  await decide(adminPage, ahead, "Approve", "Found in the statement");
  await page.goto("/plan");
  await expect(main).toContainText("You have paid ahead");
});
