import { Paper, Text, Title } from "@mantine/core";
import type { ComingStep } from "../../lib/api/types";
import { formatDay, today } from "../../lib/format/dates";
import { m } from "../../lib/messages";
import classes from "./Timeline.module.css";

/** What takes something away. */
const HARD = new Set<Shown>(["suspend", "end", "lapse"]);

interface Props {
  coming: readonly ComingStep[];
  /** The last day to pay the open invoice, if there is one. */
  dueDate?: string | undefined;
}

/** What happens on which day, if nobody pays or decides anything. */
export function Timeline({ coming, dueDate }: Props) {
  if (coming.length === 0) return null;
  return (
    <Paper withBorder p="lg" radius="md" component="section" aria-labelledby="coming">
      <Title order={2} size="h4" id="coming">
        {m.coming.title}
      </Title>
      <Text size="sm" c="dimmed">
        {m.coming.intro}
      </Text>
      <ol className={classes.days}>
        {byDay(coming, dueDate).map(([day, steps]) => (
          <li key={day} data-hard={steps.some((step) => HARD.has(step)) || undefined}>
            <Text size="sm" fw={600}>
              <time dateTime={day}>{formatDay(day)}</time>
            </Text>
            {steps.map((step) => (
              <Text key={step} size="sm">
                {m.coming.steps[step]}
              </Text>
            ))}
          </li>
        ))}
      </ol>
    </Paper>
  );
}

type Shown = ComingStep["what"] | "due";

/** The steps of each day, without doubles, in the order of the days. */
function byDay(coming: readonly ComingStep[], dueDate: string | undefined): [string, Shown[]][] {
  const days = new Map<string, Set<Shown>>();
  const add = (day: string, step: Shown) => days.set(day, (days.get(day) ?? new Set()).add(step));
  for (const { day, what } of coming) add(day, what);
  if (dueDate && dueDate >= today()) add(dueDate, "due");
  return [...days]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([day, steps]) => [day, [...steps]]);
}
