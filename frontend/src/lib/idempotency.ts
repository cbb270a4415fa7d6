import { dropDraft, readDraft, writeDraft } from "./kept/draft";

interface Kept {
  body: string;
  key: string;
}

/**
 * One key for each distinct body: a retry after a lost answer gets the first answer again, and a
 * changed form gets a key of its own.
 */
export class IdempotencyKeys {
  private kept: Partial<Kept>;

  /** @param draft where to keep body and key over a reload; nowhere for a body with a password. */
  constructor(private readonly draft?: string) {
    this.kept = (draft ? readDraft<Kept>(draft) : null) ?? {};
  }

  keyFor(body: unknown): string {
    const text = JSON.stringify(body);
    if (text !== this.kept.body || !this.kept.key) {
      this.kept = { body: text, key: newKey() };
      if (this.draft) writeDraft(this.draft, this.kept);
    }
    return this.kept.key ?? "";
  }

  /** What it was for is done. */
  forget(): void {
    this.kept = {};
    if (this.draft) dropDraft(this.draft);
  }
}

/** 128 random bits; `crypto.randomUUID` needs a secure context, which plain HTTP on a LAN isn't. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
