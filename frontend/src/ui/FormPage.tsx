import { Button, Stack, Text, Title } from "@mantine/core";
import type { ReactNode, SyntheticEvent } from "react";
import { ErrorSummary, type SummaryItem } from "./ErrorSummary";
import { usePageTitle } from "./usePageTitle";

interface Props {
  title: string;
  intro?: string;
  submitLabel: string;
  isPending: boolean;
  items: readonly SummaryItem[];
  attempt: number;
  onSubmit: (event: SyntheticEvent<HTMLFormElement>) => void;
  children: ReactNode;
  footer?: ReactNode;
}

/** A page with one form: title, errors, fields, one button. */
export function FormPage(props: Props) {
  const { title, intro, submitLabel, isPending, items, attempt, onSubmit, children, footer } =
    props;
  usePageTitle(title, items.length > 0);
  return (
    <Stack gap="lg" maw={480} mx="auto">
      <Title order={1}>{title}</Title>
      {intro && <Text>{intro}</Text>}
      <ErrorSummary items={items} attempt={attempt} />
      <form noValidate onSubmit={onSubmit}>
        <Stack>
          {children}
          <div>
            <Button type="submit" size="md" loading={isPending}>
              {submitLabel}
            </Button>
          </div>
        </Stack>
      </form>
      {footer}
    </Stack>
  );
}
