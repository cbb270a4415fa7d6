import { browserStorage } from "../kept/storage";
import type { Messages } from "./en";

/** The available languages, each in its own name; a catalogue is loaded when it is used. */
export const LANGUAGES = {
  en: { name: "English", dir: "ltr", load: async () => (await import("./en")).en },
  ur: { name: "اردو", dir: "rtl", load: async () => (await import("./ur")).ur },
} as const;

export type Language = keyof typeof LANGUAGES;

const CHOICE = "language";

/** The texts in the reader's language, after `startLanguage`: read them while rendering. */
export let m: Messages;
export let language: Language = "en";

/** Loads the reader's catalogue and sets the language of the page. */
export async function startLanguage(chosen: Language = preferredLanguage()): Promise<void> {
  m = await LANGUAGES[chosen].load();
  language = chosen;
  document.documentElement.lang = chosen;
  document.documentElement.dir = LANGUAGES[chosen].dir;
}

/** Stores the choice and reloads in that language; drafts survive. */
export function chooseLanguage(chosen: Language): void {
  browserStorage.write(CHOICE, chosen);
  window.location.reload();
}

/** The reader's own locale if it matches the language shown (en-GB), otherwise the language. */
export function locale(): string {
  return navigator.languages.find((tag) => tag.split("-")[0] === language) ?? language;
}

function preferredLanguage(): Language {
  const wishes = [
    browserStorage.read(CHOICE),
    ...navigator.languages.map((tag) => tag.split("-")[0]),
  ];
  return wishes.find(isLanguage) ?? "en";
}

function isLanguage(tag: string | null | undefined): tag is Language {
  return tag !== null && tag !== undefined && tag in LANGUAGES;
}

export type { Messages } from "./en";
