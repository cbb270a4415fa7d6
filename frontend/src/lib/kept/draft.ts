import { tabStorage } from "./storage";

/** Reads a draft that must survive a reload of this tab; null if there is none. */
export function readDraft<T>(name: string): Partial<T> | null {
  const stored = tabStorage.read(name);
  try {
    return stored ? (JSON.parse(stored) as Partial<T>) : null;
  } catch {
    return null; // something else is stored under this name
  }
}

export function writeDraft(name: string, draft: object): void {
  tabStorage.write(name, JSON.stringify(draft));
}

export function dropDraft(name: string): void {
  tabStorage.write(name, null);
}
