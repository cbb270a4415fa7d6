import { language, LANGUAGES } from ".";

/** A zero-width character: the text after it runs from right to left, whatever it starts with. */
const RIGHT_TO_LEFT_MARK = "\u200f";

/** A text in the reader's language, with each line in that language's direction. */
export function inDirection(text: string): string {
  return LANGUAGES[language].dir === "rtl" ? text.replace(/^/gm, RIGHT_TO_LEFT_MARK) : text;
}
