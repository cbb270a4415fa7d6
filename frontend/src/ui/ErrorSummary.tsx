import { Alert, Anchor, List } from "@mantine/core";
import { useEffect, useRef, type ReactNode } from "react";
import { m } from "../lib/messages";

export interface SummaryItem {
  text: ReactNode;
  /** The id of the invalid input; without it, the item is plain text. */
  fieldId?: string;
}

interface Props {
  items: readonly SummaryItem[];
  /** Changes at every failed attempt, so that the focus moves here again. */
  attempt: number;
}

/** Lists a form's errors above it; takes the focus at every failed attempt. */
export function ErrorSummary({ items, attempt }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const isShown = items.length > 0;
  useEffect(() => {
    if (attempt > 0 && isShown) box.current?.focus();
  }, [attempt, isShown]);
  if (!isShown) return null;
  return (
    <Alert ref={box} color="red" title={m.errors.summaryTitle} role="alert" tabIndex={-1}>
      <List size="sm">
        {items.map(({ text, fieldId }, index) => (
          <List.Item key={index}>
            {fieldId ? (
              <Anchor href={`#${fieldId}`} size="sm" onClick={focusOn(fieldId)}>
                {text}
              </Anchor>
            ) : (
              text
            )}
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}

function focusOn(fieldId: string) {
  return (event: React.MouseEvent) => {
    event.preventDefault();
    document.getElementById(fieldId)?.focus();
  };
}
