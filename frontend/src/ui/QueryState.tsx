import { Alert, Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ApiError, NetworkError } from "../lib/errors/apiError";
import { m } from "../lib/messages";

interface Props<T> {
  query: UseQueryResult<T>;
  /** The placeholder, if it isn't that of a page. */
  skeleton?: ReactNode;
  children: (data: T) => ReactNode;
}

/** Shows skeletons while data loads, what to do if that failed, and then the data. */
export function QueryState<T>({ query, skeleton, children }: Props<T>) {
  if (query.data !== undefined) return children(query.data);
  if (query.isError) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  return skeleton ?? <PageSkeleton />;
}

/** A placeholder for a page whose content is loading. */
export function PageSkeleton() {
  return (
    <Stack aria-busy="true" aria-label={m.app.loading} role="status" maw={720} mx="auto" w="100%">
      <Skeleton height={32} width="60%" />
      <Skeleton height={96} />
      <Skeleton height={96} />
      <Skeleton height={40} width={160} />
    </Stack>
  );
}

function Failure({ error, onRetry }: { error: Error; onRetry: () => void }) {
  return (
    <Alert color="red" role="alert">
      <Group justify="space-between">
        <Text size="sm">{describe(error)}</Text>
        <Button size="xs" variant="default" onClick={onRetry}>
          {m.errors.retry}
        </Button>
      </Group>
    </Alert>
  );
}

/** What to tell a person about an error that belongs to no field. */
export function describe(error: Error): string {
  const isKnown = error instanceof NetworkError || error instanceof ApiError;
  return isKnown ? error.message : m.errors.unexpected;
}
