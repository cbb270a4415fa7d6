/** For what is asked for once in ten minutes at most. */
export const RARELY_CHANGES = { staleTime: 10 * 60 * 1000 };
