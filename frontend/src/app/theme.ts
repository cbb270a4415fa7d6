import { createTheme } from "@mantine/core";

/** One accent colour; shades chosen for 4.5 : 1 against their grounds in light and dark. */
export const theme = createTheme({
  primaryColor: "teal",
  primaryShade: { light: 9, dark: 9 },
  defaultRadius: "md",
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
  headings: {
    fontWeight: "700",
    sizes: { h1: { fontSize: "1.75rem", lineHeight: "1.25" } },
  },
  respectReducedMotion: true,
});
