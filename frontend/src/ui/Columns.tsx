import type { ComponentProps } from "react";
import classes from "./Columns.module.css";

interface Props extends ComponentProps<"div"> {
  columns?: 2 | 3;
  gap?: "sm" | "md";
}

/** Side by side if there is room. Mantine's own grids use style elements, which the content
 * security policy forbids. */
export function Columns({ columns = 2, gap = "md", ...props }: Props) {
  return <div className={classes.columns} data-columns={columns} data-gap={gap} {...props} />;
}
