import { browser } from "../../lib/browser";
import { browserStorage } from "../../lib/kept/storage";

const LOGGED_IN = "logged-in";

/**
 * Whether this browser has signed in; the session itself is in a cookie that scripts can't read.
 * Also true if the browser can't store anything: then the server must be asked.
 */
export function hasLoggedIn(): boolean {
  return browserStorage.read(LOGGED_IN) !== null;
}

export function rememberLogIn(isLoggedIn: boolean): void {
  browserStorage.write(LOGGED_IN, isLoggedIn ? "1" : null);
}

/** Goes to the sign-in after a session has ended; nothing of it stays in memory. */
export function startAnew(): void {
  rememberLogIn(false);
  browser.open("/login");
}
