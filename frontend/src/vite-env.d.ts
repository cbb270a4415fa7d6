interface ImportMetaEnv {
  /** The API's origin, if it isn't the page's own. */
  readonly VITE_API_URL?: string;
}
