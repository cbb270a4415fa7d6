/**
 * Measures the web app with Lighthouse, as on a phone: `make bench`.
 * Needs a running app with the demo users; E2E_BASE_URL is its URL, CHROMIUM_PATH the browser.
 * Writes a report for each page to `lighthouse/`; LIGHTHOUSE_PAGES lists the pages to measure.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

const WEB = process.env.E2E_BASE_URL ?? "http://localhost:5173";
const REPORTS = new URL("../lighthouse/", import.meta.url);
const WANTED = process.env.LIGHTHOUSE_PAGES?.split(",");
const CATEGORIES = ["performance", "accessibility", "best-practices"];

/** Signs a demo user in and returns the cookies. */
async function cookiesOf(email) {
  const csrf = await fetch(`${WEB}/api/v1/auth/csrf/`);
  const { csrf_token } = await csrf.json();
  const csrfCookie = csrf.headers.getSetCookie().map((cookie) => cookie.split(";")[0]);
  const answer = await fetch(`${WEB}/_allauth/browser/v1/auth/login`, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "X-CSRFToken": csrf_token,
      Cookie: csrfCookie.join("; "),
      Origin: WEB,
    },
    body: JSON.stringify({ email, password: "demo-password-1" }),
  });
  if (!answer.ok) throw new Error(`${email}: ${answer.status} ${await answer.text()}`);
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0])
    .join("; ");
}

async function openInvoiceOf(cookies) {
  const me = await fetch(`${WEB}/api/v1/auth/me/`, { headers: { Cookie: cookies } });
  return (await me.json()).open_invoice.id;
}

async function measure(name, path, cookies) {
  if (WANTED && !WANTED.includes(name)) return;
  const chrome = await launch({
    chromePath: process.env.CHROMIUM_PATH,
    chromeFlags: ["--headless=new", "--no-sandbox", "--disable-quic"],
  });
  try {
    const { lhr, report } = await lighthouse(`${WEB}${path}`, {
      port: chrome.port,
      output: "html",
      onlyCategories: CATEGORIES,
      ...(cookies && { extraHeaders: { Cookie: cookies } }),
    });
    writeFileSync(new URL(`${name}.html`, REPORTS), report);
    const scores = CATEGORIES.map((id) => Math.round(lhr.categories[id].score * 100));
    const scripts = lhr.audits["network-requests"].details.items.filter(
      ({ resourceType }) => resourceType === "Script",
    );
    const kilobytes = scripts.reduce((sum, { transferSize }) => sum + transferSize, 0) / 1000;
    console.log(
      name.padEnd(16),
      ...scores.map((score) => String(score).padStart(14)),
      kilobytes.toFixed(1).padStart(12),
    );
  } finally {
    chrome.kill();
  }
}

mkdirSync(REPORTS, { recursive: true });
const cookies = await cookiesOf("pending@example.com");
console.log(
  "page".padEnd(16),
  ...CATEGORIES.map((id) => id.padStart(14)),
  "script, kB".padStart(12),
);
await measure("sign-up", "/signup/plan");
await measure("instructions", `/invoices/${await openInvoiceOf(cookies)}`, cookies);
await measure("dashboard", "/", cookies);
console.log(`Reports: ${REPORTS.pathname}`);
