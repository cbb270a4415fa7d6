import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "@playwright/test";

const MAILS = join(process.env.DATA_DIR ?? "../backend/.data", "mail");

/** How many emails the worker has sent to an address. */
export function mailsTo(address: string): number {
  return all().split(to(address)).length - 1;
}

/** Waits for an email to an address with such a link, and returns the link's path. */
export async function linkMailedTo(address: string, path: RegExp): Promise<string> {
  let found: string | undefined;
  await expect(() => {
    const mails = all().split(to(address)).slice(1);
    // Quoted-printable may split a link over two lines.
    found = mails.map((mail) => path.exec(mail.replace(/=\r?\n/g, ""))?.[0]).find(Boolean);
    expect(found).toBeDefined();
  }).toPass({ timeout: 180_000 });
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
