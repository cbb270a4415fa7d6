/** What leaves the app: a test can't follow there, but can see where it goes. */
export const browser = {
  /** Starts anew at an address, with nothing of this page left in memory. */
  open: (address: string) => {
    window.location.assign(address);
  },
};
