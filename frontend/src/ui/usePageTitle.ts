import { useEffect } from "react";
import { m } from "../lib/messages";

/** Names the page in the browser's tab; says first that there is an error, if there is. */
export function usePageTitle(title: string, hasError = false): void {
  useEffect(() => {
    document.title = `${hasError ? m.errors.titlePrefix : ""}${title} · ${m.app.name}`;
  }, [title, hasError]);
}
