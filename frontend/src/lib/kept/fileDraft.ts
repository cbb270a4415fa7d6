import { clear, del, get, set } from "idb-keyval";

/** Keeps a chosen file over a reload or a log-in; a browser without IndexedDB keeps it until then. */
export async function keepFile(name: string, file: File | null): Promise<void> {
  try {
    await (file ? set(name, file) : del(name));
  } catch {
    // Private windows of some browsers: the file has to be chosen again after a reload.
  }
}

export async function keptFile(name: string): Promise<File | null> {
  try {
    return (await get<File>(name)) ?? null;
  } catch {
    return null;
  }
}

/** Forgets every draft of this browser, typed or chosen. */
export async function forgetDrafts(): Promise<void> {
  try {
    sessionStorage.clear();
    await clear();
  } catch {
    // Nothing could be kept, so there is nothing to forget.
  }
}
