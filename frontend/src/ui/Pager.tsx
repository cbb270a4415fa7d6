import { Button, Group, Text } from "@mantine/core";
import { useSearchParams } from "react-router";
import { m } from "../lib/messages";

const PAGE_SIZE = 25; // the API's own

/** The page of a list, stored in the URL, so that Back and a reload keep it. */
export function usePage(): [number, (page: number) => void] {
  const [search, setSearch] = useSearchParams();
  const page = Math.max(1, Math.trunc(Number(search.get("page"))) || 1);
  return [
    page,
    (next) => {
      setSearch(next === 1 ? {} : { page: String(next) });
    },
  ];
}

interface Props {
  count: number;
  page: number;
  onChange: (page: number) => void;
}

/** Links to the previous and next page; nothing if everything fits on one. */
export function Pager({ count, page, onChange }: Props) {
  const pages = Math.ceil(count / PAGE_SIZE);
  if (pages < 2) return null;
  const step = (by: number) => () => {
    onChange(page + by);
  };
  return (
    <Group component="nav" aria-label={m.pager.label} justify="space-between">
      <Button variant="default" disabled={page <= 1} onClick={step(-1)}>
        {m.pager.previous}
      </Button>
      <Text size="sm">{m.pager.page(page, pages)}</Text>
      <Button variant="default" disabled={page >= pages} onClick={step(1)}>
        {m.pager.next}
      </Button>
    </Group>
  );
}
