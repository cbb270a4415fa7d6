/** Reads a draft that a reload of this tab must not lose; null where there is none. */
export function readDraft<T>(name: string): Partial<T> | null {
  try {
    const stored = sessionStorage.getItem(name);
    return stored ? (JSON.parse(stored) as Partial<T>) : null;
  } catch {
    return null; // storage is off, or holds something else
  }
}

export function writeDraft(name: string, draft: object): void {
  try {
    sessionStorage.setItem(name, JSON.stringify(draft));
  } catch {
    // Storage is off or full: the form still works, a reload starts it again.
  }
}

export function dropDraft(name: string): void {
  try {
    sessionStorage.removeItem(name);
  } catch {
    // Nothing was stored then.
  }
}
