import { language, LANGUAGES } from ".";

/** A character without a width: what follows it runs from right to left, whatever it begins with. */
const RIGHT_TO_LEFT_MARK = "\u200f";

/** A text in the reader's language, each line in the direction of that. */
export function inDirection(text: string): string {
  return LANGUAGES[language].dir === "rtl" ? text.replace(/^/gm, RIGHT_TO_LEFT_MARK) : text;
}
