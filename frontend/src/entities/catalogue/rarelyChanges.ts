/** For data that is fetched at most every ten minutes. */
export const RARELY_CHANGES = { staleTime: 10 * 60 * 1000 };
