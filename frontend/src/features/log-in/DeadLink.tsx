import { Alert, Stack, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { usePageTitle } from "../../ui/usePageTitle";

interface Props {
  title: string;
  /** Why the link doesn't work. */
  refusal: string;
  /** How to get another one. */
  children: ReactNode;
}

/** A link from an email that doesn't work any more, and what to do. */
export function DeadLink({ title, refusal, children }: Props) {
  usePageTitle(title, true);
  return (
    <Stack maw={480} mx="auto" align="flex-start">
      <Title order={1}>{title}</Title>
      <Alert color="yellow" role="alert">
        {refusal}
      </Alert>
      {children}
    </Stack>
  );
}
