import { Alert, Button, Paper, Stack, Text, Title } from "@mantine/core";
import type { ReactNode, SyntheticEvent } from "react";
import { m } from "../../lib/messages";
import { ErrorSummary, type SummaryItem } from "../../ui/ErrorSummary";

interface SectionProps {
  title: string;
  intro?: string;
  submitLabel?: string;
  savedText?: string | undefined;
  items: readonly SummaryItem[];
  attempt: number;
  isPending: boolean;
  isSaved: boolean;
  onSubmit: (event: SyntheticEvent<HTMLFormElement>) => void;
  children: ReactNode;
}

/** One form of the page, saved separately. */
export function Section({
  title,
  intro,
  items,
  attempt,
  isPending,
  isSaved,
  ...rest
}: SectionProps) {
  return (
    <Paper withBorder p="lg" radius="md">
      <form noValidate onSubmit={rest.onSubmit}>
        <Stack>
          <Title order={2} size="h4">
            {title}
          </Title>
          {intro && <Text c="dimmed">{intro}</Text>}
          <ErrorSummary items={items} attempt={attempt} />
          {rest.children}
          {isSaved && (
            <Alert color="brand" role="status">
              {rest.savedText ?? m.profile.saved}
            </Alert>
          )}
          <div>
            {rest.submitLabel ? (
              <Button type="submit" variant="default" loading={isPending}>
                {rest.submitLabel}
              </Button>
            ) : (
              <Button type="submit" loading={isPending} aria-label={`${m.profile.save}: ${title}`}>
                {m.profile.save}
              </Button>
            )}
          </div>
        </Stack>
      </form>
    </Paper>
  );
}
