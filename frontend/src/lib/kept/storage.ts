/** Text kept in the browser by name; a browser that keeps nothing never makes the app fail. */
interface TextStorage {
  /** Null where nothing is kept, undefined where the browser doesn't let anything be kept. */
  read: (name: string) => string | null | undefined;
  /** Null removes what is kept. */
  write: (name: string, text: string | null) => void;
}

/** @param storage is called each time: naming a storage that is switched off throws already. */
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
        // Off or full: who reads it finds what was there before, or nothing.
      }
    },
  };
}

/** As long as this tab is open. */
export const tabStorage = over(() => sessionStorage);

/** Until the browser's data are cleared. */
export const browserStorage = over(() => localStorage);
