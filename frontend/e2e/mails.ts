import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "@playwright/test";

const MAILS = join(process.env.DATA_DIR ?? "../backend/.data", "mail");

/** How many of the mails that the worker has sent went to an address. */
export function mailsTo(address: string): number {
  return all().split(to(address)).length - 1;
}

/** Waits for a mail to an address with such a link in it, and returns the link's path. */
export async function linkMailedTo(address: string, path: RegExp): Promise<string> {
  let found: string | undefined;
  await expect(() => {
    const mails = all().split(to(address)).slice(1);
    // A link may stand on two lines, as quoted-printable has it.
    found = mails.map((mail) => path.exec(mail.replace(/=\r?\n/g, ""))?.[0]).find(Boolean);
    expect(found).toBeDefined();
  }).toPass({ timeout: 90_000 });
  return found ?? "";
}

function all(): string {
  return readdirSync(MAILS)
    .map((name) => readFileSync(join(MAILS, name), "utf-8"))
    .join("\n");
}

function to(address: string): string {
  return `\nTo: ${address}`;
}
