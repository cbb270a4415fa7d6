import {
  Alert,
  Anchor,
  convertCssVariables,
  createTheme,
  DEFAULT_THEME,
  defaultCssVariablesResolver,
  mergeMantineTheme,
  type ConvertCSSVariablesInput,
} from "@mantine/core";

/** One accent colour; every shade used with text has a contrast of 4.5 : 1 or more. */
export const theme = createTheme({
  colors: {
    brand: [
      "#eafaf3",
      "#d3f2e4",
      "#a6e4c9",
      "#74d4ac",
      "#48c592",
      "#2cb980",
      "#1a9d6b",
      "#0f7f56",
      "#0a6645",
      "#054d34",
    ],
  },
  primaryColor: "brand",
  primaryShade: 8,
  defaultRadius: "md",
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
  headings: {
    fontWeight: "700",
    sizes: { h1: { fontSize: "1.75rem", lineHeight: "1.25" } },
  },
  respectReducedMotion: true,
  components: {
    Anchor: Anchor.extend({ defaultProps: { underline: "always" } }),
    // Alerts shown from the start aren't announced; those that appear later set their own role.
    Alert: Alert.extend({ defaultProps: { role: "note" } }),
  },
});

/** Replaces Mantine's shades with a contrast below 4.5 : 1, or below 3 : 1 for borders. */
const contrast: ConvertCSSVariablesInput = {
  variables: {},
  light: {
    "--mantine-color-dimmed": "var(--mantine-color-gray-7)",
    "--mantine-color-error": "var(--mantine-color-red-9)",
    "--mantine-color-placeholder": "var(--mantine-color-gray-7)",
    "--field-edge": "var(--mantine-color-gray-6)",
    "--mantine-color-red-light-color": "#8f1d1d",
    "--mantine-color-yellow-light-color": "#6b4600",
  },
  dark: {
    "--mantine-color-dimmed": "var(--mantine-color-dark-1)",
    "--mantine-color-error": "var(--mantine-color-red-4)",
    "--mantine-color-placeholder": "var(--mantine-color-dark-2)",
    "--field-edge": "var(--mantine-color-dark-2)",
  },
};

/** The theme as CSS variables. Mantine would put them into a style element, which the content
 * security policy forbids; a constructed style sheet is allowed. */
export function applyTheme(): void {
  const own = defaultCssVariablesResolver(mergeMantineTheme(DEFAULT_THEME, theme));
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(
    convertCssVariables({
      variables: own.variables,
      light: { ...own.light, ...contrast.light },
      dark: { ...own.dark, ...contrast.dark },
    }),
  );
  document.adoptedStyleSheets.push(sheet);
}
