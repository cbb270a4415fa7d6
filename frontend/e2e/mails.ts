import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "@playwright/test";

const MAILS = join(process.env.DATA_DIR ?? "../backend/.data", "mail");
const END = `\n${"-".repeat(79)}\n`;

/** How many emails the worker has sent to an address. */
export function mailsTo(address: string): number {
  return sentTo(address).length;
}

/** Waits until the newest email to an address has such a subject. */
export async function expectMailTo(address: string, subject: RegExp): Promise<void> {
  await expect(() => {
    const newest = sentTo(address).at(-1)?.replace(/\n /g, " ");
    expect(/^Subject: (.*)$/m.exec(newest ?? "")?.[1]).toMatch(subject);
  }).toPass({ timeout: 60_000 });
}

/** Waits for an email to an address with such a link, and returns the link's path. */
export async function linkMailedTo(address: string, path: RegExp): Promise<string> {
  let found: string | undefined;
  await expect(() => {
    // Quoted-printable may split a link over two lines.
    const mails = sentTo(address).map((mail) => mail.replace(/=\r?\n/g, ""));
    found = mails.map((mail) => path.exec(mail)?.[0]).find(Boolean);
    expect(found).toBeDefined();
  }).toPass({ timeout: 180_000 });
  return found ?? "";
}

/** Each email to an address: Django's file backend ends each one with a line of dashes. */
function sentTo(address: string): string[] {
  return readdirSync(MAILS)
    .flatMap((name) => readFileSync(join(MAILS, name), "utf-8").split(END).slice(0, -1))
    .filter((mail) => mail.includes(`\nTo: ${address}\n`));
}
