import { en, type Messages } from "./en";

/** The texts in the reader's language. */
export const m: Messages = en;
