import { createElement, useState, type ReactNode } from "react";
import { ApiError, splitErrors } from "../lib/errors/apiError";
import type { SummaryItem } from "./ErrorSummary";
import { PayLink } from "./PayLink";
import { describe } from "./QueryState";

const payLink = (error: ApiError) => createElement(PayLink, { error });

interface FormErrors {
  errors: Partial<Record<string, ReactNode>>;
  setErrors: (errors: Record<string, ReactNode>) => void;
}

/** Puts the server's errors at their fields, and the rest into the summary. */
export function useServerErrors(form: FormErrors, fields: readonly string[]) {
  const [attempt, setAttempt] = useState(0);
  const [general, setGeneral] = useState<readonly ReactNode[]>([]);

  const show = (error: unknown) => {
    if (error instanceof ApiError) {
      const { byField, general: others } = splitErrors(error, fields);
      form.setErrors(byField);
      setGeneral(error.invoiceId === null ? others : [...others, payLink(error)]);
    } else {
      setGeneral([describe(error as Error)]);
    }
    setAttempt((count) => count + 1);
  };
  /** Called after a check in the browser found errors. */
  const refuse = () => {
    setGeneral([]);
    setAttempt((count) => count + 1);
  };
  const items: SummaryItem[] = [
    ...fields
      .filter((field) => form.errors[field] !== undefined)
      .map((field) => ({ text: form.errors[field], fieldId: field })),
    ...general.map((text) => ({ text })),
  ];
  return { items, attempt, show, refuse };
}
