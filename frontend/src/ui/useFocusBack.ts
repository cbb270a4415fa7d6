import { useEffect } from "react";

/** Gives the focus back to what opened the dialog, or to the page where that is gone. */
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
