import { Anchor } from "@mantine/core";
import { Link } from "react-router";
import { ApiError } from "../lib/errors/apiError";
import { m } from "../lib/messages";

/** The way to the invoice, if an act was refused until that is paid. */
export function PayLink({ error }: { error: Error }) {
  if (!(error instanceof ApiError) || error.invoiceId === null) return null;
  return (
    <Anchor component={Link} to={`/invoices/${error.invoiceId}`} c="inherit" inherit>
      {m.paused.seeHow}
    </Anchor>
  );
}
