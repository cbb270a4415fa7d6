import { dropDraft, readDraft, writeDraft } from "./kept/draft";

interface Kept {
  body: string;
  key: string;
}

/**
 * One key per distinct body: a retry after a lost response gets the first response again, and a
 * changed form gets a new key.
 */
export class IdempotencyKeys {
  private kept: Partial<Kept>;

  /** @param draft where to keep body and key across reloads; not set for bodies with a password. */
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

  /** Its request is done. */
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
