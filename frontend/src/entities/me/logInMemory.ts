import { browser } from "../../lib/browser";
import { browserStorage } from "../../lib/kept/storage";

const LOGGED_IN = "logged-in";

/**
 * Whether this browser has logged in; the session itself is in a cookie that scripts can't read.
 * True too where nothing can be kept: then the server has to be asked.
 */
export function hasLoggedIn(): boolean {
  return browserStorage.read(LOGGED_IN) !== null;
}

export function rememberLogIn(isLoggedIn: boolean): void {
  browserStorage.write(LOGGED_IN, isLoggedIn ? "1" : null);
}

/** Goes to the log-in once a session has ended; nothing of it is left in memory. */
export function startAnew(): void {
  rememberLogIn(false);
  browser.open("/login");
}
