/** Text stored in the browser by name; the app also works if the browser stores nothing. */
interface TextStorage {
  /** Null if nothing is stored, undefined if the browser doesn't allow storage. */
  read: (name: string) => string | null | undefined;
  /** Null removes the value. */
  write: (name: string, text: string | null) => void;
}

/** @param storage called each time: even accessing a disabled storage throws. */
function over(storage: () => Storage): TextStorage {
  return {
    read: (name) => {
      try {
        return storage().getItem(name);
      } catch {
        return undefined;
      }
    },
    write: (name, text) => {
      try {
        if (text === null) storage().removeItem(name);
        else storage().setItem(name, text);
      } catch {
        // Disabled or full: reading returns the old value, or nothing.
      }
    },
  };
}

/** Lasts as long as this tab is open. */
export const tabStorage = over(() => sessionStorage);

/** Lasts until the browser's data is cleared. */
export const browserStorage = over(() => localStorage);
