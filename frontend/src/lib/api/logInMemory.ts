const LOGGED_IN = "logged-in";

/** Whether this browser has logged in; the session itself is in a cookie that scripts can't read. */
export function hasLoggedIn(): boolean {
  try {
    return localStorage.getItem(LOGGED_IN) !== null;
  } catch {
    return true; // storage is off: ask the server
  }
}

export function rememberLogIn(isLoggedIn: boolean): void {
  try {
    if (isLoggedIn) localStorage.setItem(LOGGED_IN, "1");
    else localStorage.removeItem(LOGGED_IN);
  } catch {
    // Storage is off: then `hasLoggedIn` says to ask the server.
  }
}
