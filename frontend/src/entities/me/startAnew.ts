import { browser } from "../../lib/browser";
import { rememberLogIn } from "./logInMemory";

/** Goes to the log-in once a session has ended; nothing of it is left in memory. */
export function startAnew(): void {
  rememberLogIn(false);
  browser.open("/login");
}
