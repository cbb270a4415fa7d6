import type { ComponentProps } from "react";
import classes from "./Columns.module.css";

interface Props extends ComponentProps<"div"> {
  columns?: 2 | 3;
  gap?: "sm" | "md";
}

/** Side by side where there is room. Mantine's own grids write style elements, which the content
 * security policy refuses. */
export function Columns({ columns = 2, gap = "md", ...props }: Props) {
  return <div className={classes.columns} data-columns={columns} data-gap={gap} {...props} />;
}
