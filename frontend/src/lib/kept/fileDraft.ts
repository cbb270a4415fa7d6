import { clear, del, get, set } from "idb-keyval";

/** Keeps a chosen file across a reload or a sign-in; without IndexedDB, only until then. */
export async function keepFile(name: string, file: File | null): Promise<void> {
  try {
    await (file ? set(name, file) : del(name));
  } catch {
    // In private windows of some browsers, the file must be chosen again after a reload.
  }
}

export async function keptFile(name: string): Promise<File | null> {
  try {
    return (await get<File>(name)) ?? null;
  } catch {
    return null;
  }
}

/** Removes every draft from this browser, text and files. */
export async function forgetDrafts(): Promise<void> {
  try {
    sessionStorage.clear();
    await clear();
  } catch {
    // Nothing could be stored, so there is nothing to remove.
  }
}
