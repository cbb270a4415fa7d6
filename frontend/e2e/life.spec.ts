import { BANNERS } from "./banners";
import {
  decide,
  expect,
  expectAccessible,
  fillConfirmation,
  newReference,
  SEND,
  signUpForStarter,
  test,
} from "./fixtures";
import { laterBy } from "./later";
import { expectMailTo } from "./mails";

/** What comes while a renewal stays unpaid: the step, the banner's words, and the email of it. */
const UNPAID: [step: string, banner: RegExp, mail: RegExp][] = [
  ["renew", BANNERS.renewal, /^Renew your Starter plan: pay .* PKR by /],
  ["remind: renewal reminder", BANNERS.renewal, /^Please pay invoice .* by /],
  ["remind: renewal due", BANNERS.grace, /was due on .*: please pay/],
  ["remind: past due", BANNERS.pastDue, /^Your Starter plan is past due/],
  ["remind: final notice", BANNERS.pastDue, /^Final notice: your account will/],
  ["suspend", BANNERS.suspended, /^Your account is paused: pay invoice/],
  ["remind: ending", BANNERS.suspended, /^Your Starter plan ends on /],
];

test("an unpaid renewal is told of at every stage, until it is paid, or the plan ends", async ({
  page,
  adminPage,
}) => {
  test.setTimeout(400_000);
  const email = await signUpForStarter(page);
  const banner = page.getByRole("region", { name: "Payment" });

  async function confirm(): Promise<string> {
    const reference = newReference();
    await fillConfirmation(page, reference);
    await page.getByRole("button", SEND).click();
    await expect(page.getByText(/We are checking that the payment/)).toBeVisible();
    return reference;
  }

  async function livesThroughAllStages(): Promise<void> {
    for (const [step, words, subject] of UNPAID) {
      laterBy(email, step);
      await page.goto("/");
      await expect(banner).toContainText(words);
      await expectAccessible(page);
      await expectMailTo(email, subject);
    }
  }

  await decide(adminPage, await confirm(), "Approve", "Found in the statement");
  await livesThroughAllStages();
  for (const address of ["/sites", "/credits", "/plan", "/account"]) {
    await page.goto(address);
    await expect(banner).toContainText("Paused since");
    await expectAccessible(page);
  }
  await banner.getByRole("link", { name: "Pay" }).click();
  const reference = await confirm();
  await page.goto("/");
  await expect(banner).toContainText("We are checking your payment");
  await expectAccessible(page);
  await decide(adminPage, reference, "Approve", "Found in the statement");
  await page.goto("/");
  await expect(page.getByText("2,000", { exact: true })).toBeVisible();
  await expect(banner).toBeHidden();

  await livesThroughAllStages();
  laterBy(email, "lapse");
  await expectMailTo(email, /^Your Starter plan has ended/);
  await page.goto("/");
  await expect(page.getByText("Your plan has ended. Choose a plan to go on.")).toBeVisible();
  await expectAccessible(page);
});
