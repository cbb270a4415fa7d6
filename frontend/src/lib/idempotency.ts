/**
 * One key for each distinct body: a retry after a lost answer gets the first answer again, and a
 * changed form gets a key of its own.
 */
export class IdempotencyKeys {
  private body: string | null = null;
  private key = "";

  keyFor(body: unknown): string {
    const text = JSON.stringify(body);
    if (text !== this.body) {
      this.body = text;
      this.key = newKey();
    }
    return this.key;
  }
}

/** A random UUID; `crypto.randomUUID` needs a secure context, which plain HTTP on a LAN isn't. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
