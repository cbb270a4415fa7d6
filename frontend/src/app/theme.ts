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

/** One accent colour; every shade that carries text has 4.5 : 1 against its ground or more. */
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
    // What is there from the start interrupts nobody; what appears says so where it is used.
    Alert: Alert.extend({ defaultProps: { role: "note" } }),
  },
});

/** Where Mantine's own shade has less than 4.5 : 1 against its ground, or an edge less than 3 : 1. */
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

/** The theme as CSS variables. Mantine would write them into a style element, which the content
 * security policy refuses; a constructed sheet it allows. */
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
