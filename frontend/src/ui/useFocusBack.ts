import { useEffect } from "react";

/** Returns the focus to what opened the dialog, or to the page if that is gone. */
export function useFocusBack() {
  useEffect(() => {
    const opener = document.activeElement;
    return () => {
      setTimeout(() => {
        const isThere = opener instanceof HTMLElement && opener.isConnected;
        const target = isThere && opener !== document.body ? opener : null;
        (target ?? document.getElementById("main"))?.focus();
      });
    };
  }, []);
}
