/** Leaves the app: a test can't follow, but can see where it goes. */
export const browser = {
  /** Reloads at a URL, with nothing of this page left in memory. */
  open: (address: string) => {
    window.location.assign(address);
  },
};
