import { useEffect } from "react";
import { m } from "../lib/messages";

/** Sets the title of the browser's tab, starting with "Error" if there is one. */
export function usePageTitle(title: string, hasError = false): void {
  useEffect(() => {
    document.title = `${hasError ? m.errors.titlePrefix : ""}${title} · ${m.app.name}`;
  }, [title, hasError]);
}
